package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The Debian packages, by the script that makes, installs and runs them, or knows that it has done so with the same
/// files.
class PackageTest {
    private static final Duration MOST = Duration.ofMinutes(10);
    private static final Path SCRIPT =
            Path.of(System.getProperty("fern.home"), "arm-images/test-deb.sh").toAbsolutePath();

    @Test
    void theyAreInstalledRunAndRemoved() throws Exception {
        try (var sandbox = new Sandbox()) {
            var said = sandbox.start(List.of(SCRIPT.toString()), Map.of()).awaitSuccess(MOST);
            assertThat(said)
                    .contains(
                            "PASS the same input gives the same bytes",
                            "PASS the one for amd64 runs",
                            "PASS it is installed",
                            "PASS the emulated command says its version",
                            "PASS the emulated daemon answers",
                            "PASS an upgrade keeps configuration and state",
                            "PASS a downgrade keeps them",
                            "PASS a purge leaves nothing")
                    .noneMatch(line -> line.startsWith("FAIL"));
        }
    }
}
