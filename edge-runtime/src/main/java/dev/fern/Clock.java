package dev.fern;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateNotYetValidException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Whether the wall clock can be believed. A Pi has none that runs while it is off: it wakes up in 1970, or when it
/// was last told, until the network says what time it is. What shows an earlier time than this build's is not set.
public final class Clock {
    /// When this Fern was built (the POM's `project.build.outputTimestamp`, so that a build can be repeated).
    public static final Instant BUILT = built();

    /// The header that an event carries which came before the clock was set.
    public static final String HEADER = "Fern-Clock";

    public static final String UNSET = "unset";

    private Clock() {}

    private static Instant built() {
        try (var in = Clock.class.getResourceAsStream("built")) {
            if (in == null) {
                throw new IllegalStateException("the build's date is missing from the jar");
            }
            return Instant.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether a clock that says so is set.
    public static boolean isSet(Instant now) {
        return now.isAfter(BUILT);
    }

    /// Why it is not, for an operator.
    public static Problem unset(Instant now) {
        return new Problem(
                "the clock is not set: it says " + now.truncatedTo(ChronoUnit.SECONDS),
                "connect the device to a network with NTP, or set the clock: timedatectl set-time");
    }

    /// What a failure of TLS has to do with the clock, or null if nothing: a certificate that is not valid yet is, as
    /// a rule, one that a clock in the past looks at.
    ///
    /// @param peer whose certificate it is
    public static @Nullable Problem blamed(Throwable failure, String peer, Instant now) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof CertificateNotYetValidException) {
                var says = now.truncatedTo(ChronoUnit.SECONDS);
                var does = unset(now).whatToDo() + "; it is tried again by itself";
                return isSet(now)
                        ? new Problem(
                                "the certificate of " + peer + " is not valid yet by this device's clock, which says "
                                        + says,
                                "check the date here; " + does)
                        : new Problem(
                                "clock not set (it says " + says + "), so the certificate of " + peer
                                        + " is not valid yet",
                                does);
            }
        }
        return null;
    }
}
