package dev.fern.e2e.fault;

import java.io.IOException;

/// The broker restarts without its sessions, as mosquitto does after a power cut if it had not saved them.
final class BrokerForgets implements Scenario {
    private static final int WORK_MS = 20;
    private static final int MANY = 60;

    @Override
    public String name() {
        return "broker forgets, durable=disk";
    }

    @Override
    public String promise() {
        return "What was acknowledged with durable=disk is done though the broker forgot everything, and messages arrive again"
                + " once the device has subscribed anew, by itself.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = plan.share(20);
        var cuts = new Cuts();
        var verdict = new Verdict(this);
        try (var ground = new Ground("disk", WORK_MS);
                var stream = ground.stream()) {
            for (int round = 1; round <= rounds; round++) {
                stream.send(MANY);
                int all = round * MANY;
                verdict.hold(
                        ground.await(() -> ground.metric("fern_mqtt_acknowledged_total") >= all),
                        "not all was acknowledged in time");
                ground.broker.stop();
                cuts.add(Owed.in(ground.fern.data(), ground.sandbox.folder("copies")));
                ground.broker.forget();
                ground.broker.restart();
                ground.fern.awaitListening();
            }
            stream.send(MANY);
            ground.finish(stream, verdict);
            return verdict.row(rounds, stream.tally(), cuts);
        }
    }
}
