package dev.fern.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamesTest {
    @Test
    void textBeyondTheBasicPlaneMayBeInAPacket() {
        assertThat(Names.text("bay \uD83C\uDF3F/ü")).isNull();
    }

    @Test
    void halfASurrogatePairIsNoUnicode() {
        assertThat(Names.text("a\uD83C")).contains("no proper Unicode");
        assertThat(Names.text("a\uD83Cb")).contains("no proper Unicode");
        assertThat(Names.text("\uDF3Fa")).contains("no proper Unicode");
    }

    @Test
    void whatBrokersMayHangUpOnIsRefused() {
        for (int c : new int[] {0, '\n', 0x7F, 0x9F, 0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF}) {
            assertThat(Names.text("a" + Character.toString(c))).as("U+%04X", c).contains("control character");
        }
        assertThat(Names.text("a\uFDF0\uFDCF\uFFFD")).isNull();
    }
}
