package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/// Checks that run in a kernel of their own: there each says PASS or FAIL with its name, here that is read.
final class KernelChecks {
    /// How much of the daemon's words goes with a failure.
    private static final int LINES = 30;

    private KernelChecks() {}

    /// One of them.
    interface Check {
        void run() throws Exception;
    }

    /// There: runs it and says how it ended.
    static void check(FernProcess fern, String name, Check check) {
        long start = System.nanoTime();
        try {
            check.run();
            System.out.println("PASS " + name + " in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        } catch (Exception | AssertionError e) {
            System.out.println("FAIL " + name + ": " + e);
            e.printStackTrace(System.out);
            var output = fern.process().output();
            output.stream().skip(Math.max(0, output.size() - LINES)).forEach(System.out::println);
        }
    }

    /// Here.
    static void assertPassed(List<String> said, String name) {
        assertThat(said.stream().anyMatch(line -> line.startsWith("PASS " + name + " ")))
                .as(() -> String.join("\n", said))
                .isTrue();
    }

    /// Here: so many have passed, and it came to its end.
    static void assertAll(List<String> said, long count) {
        assertThat(said).contains("END");
        assertThat(said.stream().filter(line -> line.startsWith("PASS")).count())
                .isEqualTo(count);
    }
}
