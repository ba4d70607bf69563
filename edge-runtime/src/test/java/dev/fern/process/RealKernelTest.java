package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Cgroups as a kernel has them, with real sandboxes: in a Linux of its own, as most machines that run tests have other
/// cgroups, or none to give away. [InKernel] is what runs there.
class RealKernelTest {
    private static List<String> said = List.of();

    @BeforeAll
    static void runInAKernel() throws Exception {
        var folder = Files.createDirectories(Path.of(System.getProperty("fern.home"), "edge-runtime/target/uml"));
        said = Uml.boot(folder, """
                mkdir /run/t
                JAVA dev.fern.process.InKernel /run/t
                echo o >/proc/sysrq-trigger
                sleep 100
                """.replace("JAVA", Uml.java()));
    }

    static Stream<String> checks() {
        return Stream.of(
                "whatAKilledDaemonLeftIsEnded",
                "itIsInItsCgroupBeforeItsCodeRuns",
                "theKernelEndsAHogAndThatIsTheReason",
                "aQuickHogThatNobodyCouldWatchIsEnded",
                "aHogBetweenCallsIsCounted",
                "processesAreCountedByTheCgroup",
                "theEndOfAnInstanceIsTheEndOfItsCgroup");
    }

    @ParameterizedTest
    @MethodSource("checks")
    void inARealKernel(String check) {
        assertThat(said.contains("PASS " + check))
                .as(() -> String.join("\n", said))
                .isTrue();
    }

    @Test
    void allWereRun() {
        assertThat(said.contains("END")).as(() -> String.join("\n", said)).isTrue();
        assertThat(said.stream().filter(line -> line.startsWith("PASS")).count())
                .isEqualTo(checks().count());
    }
}
