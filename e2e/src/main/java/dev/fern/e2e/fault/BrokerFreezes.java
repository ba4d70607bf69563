package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.Set;

/// The broker answers nothing for seconds while its connections stay open, as on a board that is far too busy.
final class BrokerFreezes implements Scenario {
    private static final int FROZEN_MS = 4000;

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
        return Harm.play(this, plan, plan.share(20), "broker", play -> {
            play.ground().broker.freeze();
            play.cuts().add(Set.of());
            play.moment(FROZEN_MS);
            play.ground().broker.thaw();
            play.ground().fern.awaitListening();
        });
    }
}
