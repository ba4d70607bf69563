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
        try (var ground = new Ground(durable, Play.WORK_MS);
                var stream = ground.stream()) {
            var play = new Play(ground, stream, new Random(plan.seed()), new Cuts(), new Verdict(scenario));
            stream.begin(Play.WORK_MS, Play.BEHIND);
            for (int round = 1; round <= rounds; round++) {
                play.moment(Play.MOMENT_MS);
                harm.once(play);
                if (round % 10 == 0) {
                    plan.progress().accept(scenario.name() + ": " + round + " of " + rounds);
                }
            }
            stream.end();
            ground.finish(stream);
            return play.verdict.row(rounds, stream.tally(), play.cuts);
        }
    }

    /// What a harm may touch.
    record Play(Ground ground, Stream stream, Random random, Cuts cuts, Verdict verdict) {
        private static final int WORK_MS = 10;
        private static final int BEHIND = 150;
        static final int MOMENT_MS = 700;

        /// Lets a random time pass, up to that.
        void moment(int mostMs) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(mostMs));
        }
    }
}
