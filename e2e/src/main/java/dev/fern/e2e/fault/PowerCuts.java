package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// `kill -9` of the daemon at random moments of a stream of messages.
final class PowerCuts implements Scenario {
    private static final int WORK_MS = 10;
    private static final int MOMENT_MS = 700;
    private static final int BEHIND = 150;

    private final String durable;

    /// @param durable `broker` or `disk`
    PowerCuts(String durable) {
        this.durable = durable;
    }

    @Override
    public String name() {
        return "power cut, durable=" + durable;
    }

    @Override
    public String promise() {
        return "No message of QoS 1 is lost however often the daemon is killed, and only those come out again whose call was"
                + " on disk or that were not acknowledged.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = plan.share(2);
        var random = new Random(plan.seed());
        var cuts = new Cuts();
        try (var ground = new Ground(durable, WORK_MS);
                var stream = ground.stream()) {
            var copies = ground.sandbox.folder("copies");
            stream.begin(WORK_MS, BEHIND);
            for (int round = 1; round <= rounds; round++) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(MOMENT_MS));
                ground.fern.kill();
                stream.catchUp();
                cuts.add(Owed.in(ground.fern.data(), copies));
                ground.fern.restart();
                if (round % 10 == 0) {
                    plan.progress().accept(name() + ": " + round + " of " + rounds);
                }
            }
            stream.end();
            stream.awaitAll();
            ground.fern.stop();
            stream.catchUp();
            return new Verdict(this).row(rounds, stream.tally(), cuts);
        }
    }
}
