package dev.fern.e2e.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.e2e.Sandbox;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Pins on arm64. To play that takes a minute, so it is played when what decides it has changed since
/// `./dev image test guest` has seen it hold.
class TinyTest {
    private static final Path HOME = Path.of(System.getProperty("fern.home")).toAbsolutePath();

    @Test
    void edgesOfPinsRunFunctionsOnArm64() throws Exception {
        try (var sandbox = new Sandbox()) {
            var checks = new Checks();
            if (!Tiny.isTested(sandbox, HOME)) {
                Tiny.play(sandbox, HOME, checks);
            }
            assertThat(checks.broken()).isEmpty();
        }
    }
}
