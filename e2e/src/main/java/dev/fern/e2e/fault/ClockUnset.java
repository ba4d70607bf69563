package dev.fern.e2e.fault;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// After a power cut the device wakes up in 1970, as a Pi does, and learns later what time it is.
final class ClockUnset implements Scenario {
    private final Slow slow = new Slow("durable=disk", "&expiry=1h&max-age=1h", Harm.Play.WORK_MS);

    @Override
    public String name() {
        return "start in 1970, and a power cut";
    }

    @Override
    public String promise() {
        return "With a clock that is not set the device works: what it owes is done, events say `Fern-Clock: unset`, and the status"
                + " says what to do; once the clock is set, cron runs at most once for what was missed.";
    }

    @Override
    public @Nullable String obstacle() {
        return Preload.obstacle();
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        var clock = new WallClock();
        return Harm.play(this, plan, plan.share(10), () -> new Ground(slow, new Clockwork(), clock), play -> {
            play.verdict().hold(Clockwork.clock(play).equals("clock set"), "an event says that it is not set");
            play.cut();
            clock.ahead(Duration.between(Instant.now(), Instant.EPOCH.plusSeconds(10)));
            play.ground().fern.restart();
            play.awaitMessages();
            play.verdict()
                    .hold(
                            Clockwork.clock(play).equals("clock unset"),
                            "an event does not say that the clock is not set");
            play.await(
                    () -> play.ground().says("the clock is not set: it says 1970-01-01"),
                    "it does not say that the clock is not set");
            play.verdict().hold(Clockwork.crons(play) == 0, "cron ran without a clock");
            clock.ahead(Duration.ZERO);
            play.await(() -> !play.ground().says("the clock is not set"), "it does not see that the clock is set");
            play.ground().fern.awaitListening();
            play.awaitMessages();
            play.verdict().hold(Clockwork.clock(play).equals("clock set"), "an event says that it is not set");
            play.verdict().hold(Clockwork.crons(play) <= 1, "cron ran more than once");
            play.verdict().hold(play.ground().metric("fern_dead_calls") == 0, "calls died of it");
        });
    }
}
