package dev.fern.e2e.fault;

import java.io.IOException;

/// SIGTERM in the middle of a stream of messages, as systemd stops a service.
final class Stops implements Scenario {
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
        return Harm.play(this, plan, plan.share(5), durable, play -> {
            var fern = play.ground().fern;
            fern.stop();
            var last = fern.process().output().getLast();
            play.verdict().hold(last.endsWith("Fern has stopped"), "its last word was " + last);
            fern.restart();
        });
    }
}
