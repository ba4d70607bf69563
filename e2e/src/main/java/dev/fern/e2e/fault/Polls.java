package dev.fern.e2e.fault;

import dev.fern.e2e.fault.Meddler.Mood;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// The device's looks at its Fn server, counted and held up.
final class Polls {
    static final String GOOD = "fern_sync_polls_total{result=\"ok\"}";
    static final String FAILED = "fern_sync_polls_total{result=\"failed\"}";

    private Polls() {}

    /// Lets exactly one look come to its end, with these answers, and then fails at least one more. Afterwards all
    /// further
    /// ones fail.
    static void one(Harm.Play play, Supply supply, Function<String, Mood> answers)
            throws IOException, InterruptedException {
        var ground = play.ground();
        none(play, supply);
        double good = ground.metric(GOOD);
        double failed = ground.metric(FAILED);
        var looks = new AtomicInteger();
        // each look begins with the list of apps
        supply.cloud()
                .answer(path -> (path.contains("/v2/apps") ? looks.incrementAndGet() : looks.get()) == 1
                        ? answers.apply(path)
                        : Mood.SERVER_ERROR);
        play.await(() -> ground.metric(FAILED) > failed && looks.get() > 1, "it does not look at the server any more");
        play.verdict().hold(ground.metric(GOOD) == good + 1, "a look that read all lists does not count");
    }

    /// Lets all looks fail, and waits until none is under way that began before.
    static void none(Harm.Play play, Supply supply) throws IOException, InterruptedException {
        double failed = play.ground().metric(FAILED);
        supply.cloud().answer(_ -> Mood.SERVER_ERROR);
        play.await(() -> play.ground().metric(FAILED) > failed, "it does not look at the server any more");
    }
}
