package dev.fern;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Instant;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class ClockTest {
    private static final Instant AWAKE = Instant.parse("1970-01-01T00:00:09.5Z");

    @Test
    void it_is_set_once_it_is_past_the_builds_date() {
        assertThat(Clock.BUILT).isAfter("2026-01-01T00:00:00Z").isBefore(Instant.now());
        assertThat(Clock.isSet(AWAKE)).isFalse();
        assertThat(Clock.isSet(Clock.BUILT)).isFalse();
        assertThat(Clock.isSet(Clock.BUILT.plusMillis(1))).isTrue();
    }

    @Test
    void a_certificate_that_is_not_valid_yet_is_blamed_on_a_clock_that_is_not_set() {
        var failure = new SSLHandshakeException("PKIX path validation failed");
        failure.initCause(new IOException(new CertificateNotYetValidException("NotBefore: 2026")));

        assertThat(Clock.blamed(failure, "fn.example.com", AWAKE))
                .asString()
                .startsWith("clock not set (it says 1970-01-01T00:00:09Z), so the certificate of fn.example.com")
                .contains("timedatectl");
        assertThat(Clock.blamed(failure, "fn.example.com", Clock.BUILT.plusSeconds(9)))
                .asString()
                .contains("is not valid yet by this device's clock");
        assertThat(Clock.blamed(new SSLHandshakeException("unknown_ca"), "x", AWAKE))
                .isNull();
    }
}
