package dev.fern.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DuplicateFlagsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void theIdsOfMessagesThatComeAgainAreNotedHoweverTheyAreRead(int atOnce) throws IOException {
        var all = new ByteArrayOutputStream();
        all.writeBytes(new byte[] {0x20, 3, 0, 0, 0}); // CONNACK
        all.writeBytes(publish(0x32, 7, 300)); // QoS 1, for the first time
        all.writeBytes(publish(0x3A, 0x0102, 300)); // again
        all.writeBytes(publish(0x3B, 9, 0)); // again, retained
        all.writeBytes(new byte[] {(byte) 0xD0, 0}); // PINGRESP
        all.writeBytes(publish(0x3A, 0xFFFF, 20_000));
        var ids = new HashSet<Integer>();
        var in = new DuplicateFlags(new ByteArrayInputStream(all.toByteArray()), ids);
        var read = new ByteArrayOutputStream();
        if (atOnce == 1) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                read.write(b);
            }
        } else {
            var bytes = new byte[atOnce];
            for (int n = in.read(bytes, 0, atOnce); n >= 0; n = in.read(bytes, 0, atOnce)) {
                read.write(bytes, 0, n);
            }
        }
        assertThat(read.toByteArray()).isEqualTo(all.toByteArray());
        assertThat(ids).containsExactlyInAnyOrder(0x0102, 9, 0xFFFF);
    }

    private static byte[] publish(int first, int id, int body) {
        var out = new ByteArrayOutputStream();
        out.write(first);
        int length = 2 + 3 + 2 + 1 + body;
        for (int rest = length; ; rest >>>= 7) {
            out.write(rest > 0x7F ? rest & 0x7F | 0x80 : rest);
            if (rest <= 0x7F) {
                break;
            }
        }
        out.writeBytes(new byte[] {0, 3, 'a', '/', 'b', (byte) (id >> 8), (byte) id, 0});
        for (int i = 0; i < body; i++) {
            out.write(0x3A);
        }
        return out.toByteArray();
    }
}
