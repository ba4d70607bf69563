package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The broker is stopped for a moment, again and again, and comes back with its sessions.
final class BrokerRestarts implements Scenario {
    private static final int WORK_MS = 10;
    private static final int MOMENT_MS = 700;
    private static final int BEHIND = 150;

    private final String durable;

    /// @param durable `broker` or `disk`
    BrokerRestarts(String durable) {
        this.durable = durable;
    }

    @Override
    public String name() {
        return "broker restarts, durable=" + durable;
    }

    @Override
    public String promise() {
        return "No message is lost when the broker restarts with its session, and only those come out again that were not"
                + " acknowledged.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = plan.share(5);
        var random = new Random(plan.seed());
        var cuts = new Cuts();
        try (var ground = new Ground(durable, WORK_MS);
                var stream = ground.stream()) {
            stream.begin(WORK_MS, BEHIND);
            for (int round = 0; round < rounds; round++) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(MOMENT_MS));
                ground.broker.stop();
                cuts.add(Set.of());
                TimeUnit.MILLISECONDS.sleep(random.nextInt(MOMENT_MS));
                ground.broker.restart();
                ground.awaitListening();
            }
            stream.end();
            stream.awaitAll();
            ground.fern.stop();
            stream.catchUp();
            return new Verdict(this).row(rounds, stream.tally(), cuts);
        }
    }
}
