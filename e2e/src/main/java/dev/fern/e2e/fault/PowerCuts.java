package dev.fern.e2e.fault;

import java.io.IOException;

/// `kill -9` of the daemon at random moments of a stream of messages.
final class PowerCuts implements Scenario {
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
        return Harm.play(this, plan, plan.share(2), durable, play -> {
            play.cut();
            play.ground().fern.restart();
            // now and then the next cut comes before anything has happened
            if (play.random().nextInt(5) > 0) {
                play.awaitMessages();
            }
        });
    }
}
