package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// SIGTERM in the middle of a stream of messages, as systemd stops a service.
final class Stops implements Scenario {
    private static final int WORK_MS = 10;
    private static final int MOMENT_MS = 700;
    private static final int BEHIND = 150;

    private final String durable;

    /// @param durable `broker` or `disk`
    Stops(String durable) {
        this.durable = durable;
    }

    @Override
    public String name() {
        return "SIGTERM, durable=" + durable;
    }

    @Override
    public String promise() {
        return "A daemon that is told to stop ends the calls under way: nothing is lost, and nothing comes out twice.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = plan.share(5);
        var random = new Random(plan.seed());
        var verdict = new Verdict(this);
        try (var ground = new Ground(durable, WORK_MS);
                var stream = ground.stream()) {
            stream.begin(WORK_MS, BEHIND);
            for (int round = 0; round < rounds; round++) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(MOMENT_MS));
                ground.fern.stop();
                var said = ground.fern.process().output();
                verdict.hold(said.getLast().endsWith("Fern has stopped"), "its last word was " + said.getLast());
                ground.fern.restart();
            }
            stream.end();
            stream.awaitAll();
            ground.fern.stop();
            stream.catchUp();
            return verdict.row(rounds, stream.tally(), new Cuts());
        }
    }
}
