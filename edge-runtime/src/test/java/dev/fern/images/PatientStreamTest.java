package dev.fern.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.kit.FakeTime;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class PatientStreamTest {
    private final FakeTime time = new FakeTime();

    @Test
    void aSenderThatTricklesIsGivenUp() throws Exception {
        try (var stream = new PatientStream(every(100), "h", time)) {
            assertThatThrownBy(() -> stream.readNBytes(1_000_000))
                    .hasMessageContaining("h sent less than 4 KB in 30 s");
        }
    }

    @Test
    void aSlowSenderIsNot() throws Exception {
        try (var stream = new PatientStream(every(PatientStream.LEAST), "h", time)) {
            assertThat(stream.readNBytes(1_000_000)).hasSize(1_000_000);
        }
    }

    @Test
    void aSlowReaderIsNotTheSendersFault() throws Exception {
        try (var stream = new PatientStream(new ByteArrayInputStream(new byte[10]), "h", time)) {
            assertThat(stream.read()).isZero();
            time.advance(PatientStream.PATIENCE.multipliedBy(20));
            assertThat(stream.readAllBytes()).hasSize(9);
        }
    }

    @Test
    void closingStopsTheClock() throws Exception {
        new PatientStream(InputStream.nullInputStream(), "h", time).close();
        assertThat(time.timers()).isZero();
    }

    /// Sends so many bytes in half of [PatientStream#PATIENCE], again and again.
    private InputStream every(int bytes) {
        return new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("reads by the piece");
            }

            @Override
            public int read(byte[] to, int offset, int length) {
                time.advance(PatientStream.PATIENCE.dividedBy(2));
                return Math.min(length, bytes);
            }
        };
    }
}
