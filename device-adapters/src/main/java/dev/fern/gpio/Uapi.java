package dev.fern.gpio;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;

/// The kernel's interface to GPIO, version 2 (`linux/gpio.h`, Linux 5.10): its structures and requests, by its names.
/// They are the same on every architecture; a test compares them with the header.
final class Uapi {
    /// The most events that the kernel keeps for a line until they are read.
    static final int MOST_EVENTS = 1024;

    static final long FLAG_USED = 1;
    static final long FLAG_INPUT = 1 << 2;
    static final long FLAG_OUTPUT = 1 << 3;
    static final long FLAG_EDGE_RISING = 1 << 4;
    static final long FLAG_EDGE_FALLING = 1 << 5;
    static final long FLAG_BIAS_PULL_UP = 1 << 8;
    static final long FLAG_BIAS_PULL_DOWN = 1 << 9;
    static final long FLAG_BIAS_DISABLED = 1 << 10;

    static final int ATTR_OUTPUT_VALUES = 2;
    static final int ATTR_DEBOUNCE = 3;

    static final int EVENT_RISING_EDGE = 1;

    private static final SequenceLayout NAME = sequenceLayout(32, JAVA_BYTE);

    static final StructLayout CHIP_INFO = structLayout(
                    NAME.withName("name"), NAME.withName("label"), JAVA_INT.withName("lines"))
            .withName("gpiochip_info");

    private static final StructLayout ATTRIBUTE = structLayout(
                    JAVA_INT.withName("id"), JAVA_INT.withName("padding"), JAVA_LONG.withName("values"))
            .withName("gpio_v2_line_attribute");

    private static final StructLayout CONFIG_ATTRIBUTE = structLayout(
                    ATTRIBUTE.withName("attr"), JAVA_LONG.withName("mask"))
            .withName("gpio_v2_line_config_attribute");

    static final StructLayout CONFIG = structLayout(
                    JAVA_LONG.withName("flags"),
                    JAVA_INT.withName("num_attrs"),
                    sequenceLayout(5, JAVA_INT).withName("padding"),
                    sequenceLayout(10, CONFIG_ATTRIBUTE).withName("attrs"))
            .withName("gpio_v2_line_config");

    static final StructLayout REQUEST = structLayout(
                    sequenceLayout(64, JAVA_INT).withName("offsets"),
                    NAME.withName("consumer"),
                    CONFIG.withName("config"),
                    JAVA_INT.withName("num_lines"),
                    JAVA_INT.withName("event_buffer_size"),
                    sequenceLayout(5, JAVA_INT).withName("padding"),
                    JAVA_INT.withName("fd"))
            .withName("gpio_v2_line_request");

    static final StructLayout LINE_INFO = structLayout(
                    NAME.withName("name"),
                    NAME.withName("consumer"),
                    JAVA_INT.withName("offset"),
                    JAVA_INT.withName("num_attrs"),
                    JAVA_LONG.withName("flags"),
                    sequenceLayout(10, ATTRIBUTE).withName("attrs"),
                    sequenceLayout(4, JAVA_INT).withName("padding"))
            .withName("gpio_v2_line_info");

    static final StructLayout VALUES =
            structLayout(JAVA_LONG.withName("bits"), JAVA_LONG.withName("mask")).withName("gpio_v2_line_values");

    static final StructLayout EVENT = structLayout(
                    JAVA_LONG.withName("timestamp_ns"),
                    JAVA_INT.withName("id"),
                    JAVA_INT.withName("offset"),
                    JAVA_INT.withName("seqno"),
                    JAVA_INT.withName("line_seqno"),
                    sequenceLayout(6, JAVA_INT).withName("padding"))
            .withName("gpio_v2_line_event");

    static final long GET_CHIPINFO = reads(0x01, CHIP_INFO);
    static final long GET_LINEINFO = changes(0x05, LINE_INFO);
    static final long GET_LINE = changes(0x07, REQUEST);
    static final long SET_CONFIG = changes(0x0D, CONFIG);
    static final long GET_VALUES = changes(0x0E, VALUES);
    static final long SET_VALUES = changes(0x0F, VALUES);

    private Uapi() {}

    /// Where a member is in its structure.
    static long at(StructLayout struct, String member) {
        return struct.byteOffset(groupElement(member));
    }

    /// Where a member of a line's configuration's attribute is in that configuration.
    static long at(int attribute, String member) {
        long start = at(CONFIG, "attrs") + attribute * CONFIG_ATTRIBUTE.byteSize();
        return start + (member.equals("mask") ? at(CONFIG_ATTRIBUTE, member) : at(ATTRIBUTE, member));
    }

    private static long reads(int number, MemoryLayout argument) {
        return request(2, number, argument);
    }

    private static long changes(int number, MemoryLayout argument) {
        return request(3, number, argument);
    }

    /// As `_IOR` and `_IOWR` of the kernel make it.
    private static long request(long direction, int number, MemoryLayout argument) {
        return direction << 30 | argument.byteSize() << 16 | 0xB4 << 8 | number;
    }
}
