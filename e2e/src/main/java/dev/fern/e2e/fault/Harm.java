package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// What is done again and again, at random moments of a stream of messages.
interface Harm {
    /// Does it once.
    void once(Play play) throws IOException, InterruptedException;

    /// Plays it in so many rounds, and counts.
    ///
    /// @param durable how the trigger's messages are kept: `broker` or `disk`
    static Row play(Scenario scenario, Scenario.Plan plan, int rounds, String durable, Harm harm)
            throws IOException, InterruptedException {
        return play(scenario, plan, rounds, () -> new Ground(durable, Play.WORK_MS), harm);
    }

    /// The same on that ground.
    static Row play(Scenario scenario, Scenario.Plan plan, int rounds, Opening opening, Harm harm)
            throws IOException, InterruptedException {
        try (var ground = opening.open();
                var stream = ground.stream()) {
            var play = new Play(ground, stream, new Random(plan.seed()), new Cuts(), new Verdict(scenario));
            play.goOn();
            for (int round = 1; round <= rounds; round++) {
                play.moment(Play.MOMENT_MS);
                harm.once(play);
                if (round % 10 == 0) {
                    plan.progress().accept(scenario.name() + ": " + round + " of " + rounds);
                }
            }
            play.rest();
            ground.finish(stream, play.verdict);
            play.verdict.hold(ground.setAside().isEmpty(), "set aside a good file: " + ground.setAside());
            return play.verdict.row(rounds, stream.tally(), play.cuts);
        }
    }

    /// Makes a ground.
    interface Opening {
        Ground open() throws IOException, InterruptedException;
    }

    /// What a harm may touch.
    record Play(Ground ground, Stream stream, Random random, Cuts cuts, Verdict verdict) {
        static final int WORK_MS = 10;
        static final int MOMENT_MS = 700;
        private static final int SOME = 10;

        /// Lets a random time pass, up to that.
        void moment(int mostMs) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(mostMs));
        }

        /// Sends messages all the time.
        void goOn() {
            stream.begin(WORK_MS, Ground.UNDER_WAY);
        }

        /// Sends none, and waits until all have come out.
        void rest() throws InterruptedException {
            stream.end();
            stream.awaitAll();
        }

        /// Kills the daemon and notes what it owes.
        void cut() throws IOException, InterruptedException {
            ground.cut(stream, cuts);
        }

        /// The daemon was killed before it came to anything: what it owed it still owes.
        void noteCut() throws IOException, InterruptedException {
            ground.noteCut(stream, cuts);
        }

        /// Breaks the promise if that does not come to hold within a minute.
        void await(Ground.Condition condition, String otherwise) throws IOException, InterruptedException {
            verdict.hold(ground.await(condition), otherwise);
        }

        /// Breaks the promise if no further message goes through.
        void awaitMessages() throws IOException, InterruptedException {
            int seen = stream.tally().seen();
            await(() -> stream.tally().seen() > seen + SOME, "no further message went through");
        }
    }
}
