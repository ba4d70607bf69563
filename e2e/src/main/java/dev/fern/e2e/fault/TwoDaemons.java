package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Somebody starts the daemon a second time on the same state folder.
final class TwoDaemons implements Scenario {
    private static final int WORK_MS = 10;
    private static final int BEHIND = 50;

    @Override
    public String name() {
        return "two daemons on one folder";
    }

    @Override
    public String promise() {
        return "The second one ends at once with exit code 1 and says why, and the first goes on as if nothing had been.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = plan.share(20);
        var verdict = new Verdict(this);
        try (var ground = new Ground("disk", WORK_MS);
                var stream = ground.stream()) {
            stream.begin(WORK_MS, BEHIND);
            for (int round = 0; round < rounds; round++) {
                var second = ground.sandbox.start(ground.fern.commandLine(), Map.of());
                verdict.hold(ground.await(() -> !second.alive()), "the second one goes on");
                verdict.hold(Integer.valueOf(1).equals(second.exitCode()), "its exit code is " + second.exitCode());
                verdict.hold(says(second.output(), "another Fern runs on"), "it says " + second.output());
            }
            stream.end();
            ground.finish(stream, verdict);
            ground.fern.restart();
            verdict.hold(
                    !says(ground.fern.process().output(), "did not come to its end"),
                    "the next start takes the second one for a start that broke off");
            return verdict.row(rounds, stream.tally(), new Cuts());
        }
    }

    private static boolean says(List<String> lines, String what) {
        return lines.stream().anyMatch(line -> line.contains(what));
    }
}
