package dev.fern.e2e.fault;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The wall clock jumps by a year, forth and back, while the daemon runs.
final class ClockJumps implements Scenario {
    private static final Duration YEAR = Duration.ofDays(365);
    private static final List<Duration> JUMPS =
            List.of(YEAR, Duration.ZERO, YEAR.negated(), YEAR, YEAR.negated(), Duration.ZERO);
    private static final int TICKS = 3;

    /// Calls that are tried again after 2 s, and answers that are good for an hour.
    private final Slow slow =
            new Slow("durable=disk&retries=5&backoff=2s..2s&hold=0s", "&expiry=1h&max-age=1h", Harm.Play.WORK_MS, true);

    @Override
    public String name() {
        return "clock jumps by a year";
    }

    @Override
    public String promise() {
        return "A jump of the wall clock moves no duration: nothing expires, is tried again or is held back by it, `every` keeps its"
                + " pace, and `cron` makes up for a year by one call at most.";
    }

    @Override
    public @Nullable String obstacle() {
        return Preload.obstacle();
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = Math.max(JUMPS.size() / 2, plan.share(5));
        var clock = new WallClock();
        var round = new int[1];
        return Harm.play(this, plan, rounds, () -> new Ground(slow, new Clockwork(), clock), play -> {
            var from = JUMPS.get((round[0] + JUMPS.size() - 1) % JUMPS.size());
            var to = JUMPS.get(round[0]++ % JUMPS.size());
            boolean forth = to.compareTo(from) > 0;
            double cron = Clockwork.crons(play);
            clock.ahead(to);
            beats(play);
            play.awaitMessages();
            if (forth) {
                play.await(() -> Clockwork.crons(play) > cron, "cron does not make up for the year");
            }
            beats(play);
            play.verdict()
                    .hold(
                            Clockwork.crons(play) - cron == (forth ? 1 : 0),
                            "cron ran " + (Clockwork.crons(play) - cron) + " times after a jump "
                                    + (forth ? "forth" : "back"));
            play.verdict().hold(play.ground().metric("fern_dead_calls") == 0, "calls died of the jump");
        });
    }

    /// `every:1s` goes on, and not faster.
    private static void beats(Harm.Play play) throws IOException, InterruptedException {
        double before = Clockwork.beats(play);
        long since = System.nanoTime();
        play.await(() -> Clockwork.beats(play) >= before + TICKS, "every:1s stands still");
        double beats = Clockwork.beats(play) - before;
        // one may have been due at once
        double most = (System.nanoTime() - since) / 1e9 + 1;
        play.verdict().hold(beats <= most, "every:1s came " + beats + " times in " + most + " s");
    }
}
