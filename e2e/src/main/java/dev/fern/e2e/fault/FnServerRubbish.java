package dev.fern.e2e.fault;

import dev.fern.e2e.fault.Meddler.Mood;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The Fn server answers, but not with what is true.
final class FnServerRubbish implements Scenario {
    private static final List<Mood> QUICK = List.of(
            Mood.FIRST_PAGE, Mood.EMPTY_LIST, Mood.WEB_PAGE, Mood.HALF, Mood.SERVER_ERROR, Mood.BROKEN_OFF, Mood.FLOOD);
    /// From so many rounds on also what is waited for, 30 s long.
    private static final int PATIENT = 20;
    private static final int LOOKS = 2;

    private final Slow slow = new Slow("durable=broker", "", Harm.Play.WORK_MS);

    @Override
    public String name() {
        return "Fn server answers rubbish";
    }

    @Override
    public String promise() {
        return "Whatever the Fn server answers, what runs goes on: a list that is no list, or half of one, counts as none, and one"
                + " that misses a function does not stop it yet.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        var supply = new Supply(slow);
        var moods = new ArrayList<>(QUICK);
        if (plan.rounds() >= PATIENT) {
            moods.add(Mood.DRIP);
        }
        int rounds = Math.max(plan.share(10), moods.size());
        var round = new int[1];
        return Harm.play(this, plan, rounds, () -> new Ground(slow, supply), play -> {
            var mood = moods.get(round[0]++ % moods.size());
            if (mood == Mood.EMPTY_LIST) {
                once(play, supply, mood);
            } else {
                lasting(play, supply, mood);
            }
            play.awaitMessages();
            supply.cloud().letThrough();
            play.await(() -> looksAtServer(play), "after " + mood + " it does not follow the server any more");
            play.verdict()
                    .hold(
                            play.ground().fern.process().output().stream()
                                    .noneMatch(line -> line.contains("was stopped")),
                            "it stopped the function after " + mood);
        });
    }

    private static void lasting(Harm.Play play, Supply supply, Mood mood) throws IOException, InterruptedException {
        double before = play.ground().metric(Polls.FAILED);
        supply.cloud().answer("/v2/fns", mood);
        play.await(
                () -> play.ground().metric(Polls.FAILED) >= before + (mood == Mood.DRIP ? 1 : LOOKS),
                "it takes " + mood + " for an answer");
        play.verdict()
                .hold(play.ground().says("\"cloud\":{\"up\":false"), "it does not say that the server answers " + mood);
    }

    /// For one look; then nothing is answered until that look is over and another has failed.
    private static void once(Harm.Play play, Supply supply, Mood mood) throws IOException, InterruptedException {
        Polls.one(play, supply, path -> path.contains("/v2/fns") ? mood : Mood.TRUE);
        play.verdict().hold(play.ground().version().startsWith("version"), "one empty list stopped the function");
    }

    private static boolean looksAtServer(Harm.Play play) throws IOException, InterruptedException {
        return play.ground().says("\"cloud\":{\"up\":true");
    }
}
