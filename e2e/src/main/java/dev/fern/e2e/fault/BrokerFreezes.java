package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The broker answers nothing for seconds while its connections stay open, as on a board that is far too busy.
final class BrokerFreezes implements Scenario {
    private static final int WORK_MS = 10;
    private static final int MOMENT_MS = 700;
    private static final int FROZEN_MS = 4000;
    private static final int BEHIND = 150;

    @Override
    public String name() {
        return "broker slow, durable=broker";
    }

    @Override
    public String promise() {
        return "No message is lost when the broker answers late.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = plan.share(20);
        var random = new Random(plan.seed());
        var cuts = new Cuts();
        try (var ground = new Ground("broker", WORK_MS);
                var stream = ground.stream()) {
            stream.begin(WORK_MS, BEHIND);
            for (int round = 0; round < rounds; round++) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(MOMENT_MS));
                ground.broker.freeze();
                cuts.add(Set.of());
                TimeUnit.MILLISECONDS.sleep(random.nextInt(FROZEN_MS));
                ground.broker.thaw();
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
