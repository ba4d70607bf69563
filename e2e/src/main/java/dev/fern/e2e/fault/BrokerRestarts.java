package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.Set;

/// The broker is stopped for a moment, again and again, and comes back with its sessions.
final class BrokerRestarts implements Scenario {
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
        return Harm.play(this, plan, plan.share(5), durable, play -> {
            play.ground().broker.stop();
            play.cuts().add(Set.of());
            play.moment(Harm.Play.MOMENT_MS);
            play.ground().broker.restart();
            play.ground().fern.awaitListening();
        });
    }
}
