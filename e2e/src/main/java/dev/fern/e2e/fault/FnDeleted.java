package dev.fern.e2e.fault;

import dev.fern.e2e.fault.Meddler.Mood;
import java.io.IOException;
import java.util.Random;

/// Somebody deletes the function at the Fn server, or its app, and puts it back when the mistake is noticed.
final class FnDeleted implements Scenario {
    private static final int WORK_MS = 50;
    private static final int BACKLOG = 150;

    private final Slow slow = new Slow("durable=disk", "", WORK_MS);

    @Override
    public String name() {
        return "function deleted by mistake";
    }

    @Override
    public String promise() {
        return "A function that is gone from the server stops after two complete looks that both miss it, not earlier; its calls"
                + " stay on disk and are done once it is back, though it has another id then.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = plan.share(10);
        var supply = new Supply(slow);
        var verdict = new Verdict(this);
        try (var ground = new Ground(slow, supply);
                var stream = ground.stream()) {
            var play = new Harm.Play(ground, stream, new Random(plan.seed()), new Cuts(), verdict);
            for (int round = 1; round <= rounds; round++) {
                boolean app = round % 2 == 0;
                var id = supply.fnId();
                Polls.none(play, supply);
                supply.delete(app);
                stream.send(BACKLOG);
                int all = round * BACKLOG;
                play.await(() -> ground.metric("fern_mqtt_acknowledged_total") >= all, "not all was kept in time");
                Polls.one(play, supply, _ -> Mood.TRUE);
                verdict.hold(runs(ground), "it stopped after one look that missed it");
                supply.cloud().letThrough();
                play.await(() -> !runs(ground), "it runs though it is deleted");
                verdict.hold(stream.tally().missing() > 0, "nothing waited for it, so that nothing was shown");
                supply.deploy(1);
                verdict.hold(!supply.fnId().equals(id), "it has the same id, so that nothing was shown");
                play.await(() -> runs(ground), "it does not run though it is back");
                ground.fern.awaitListening();
                stream.awaitAll();
            }
            ground.finish(stream, verdict);
            return verdict.row(rounds, stream.tally(), new Cuts());
        }
    }

    private static boolean runs(Ground ground) throws IOException, InterruptedException {
        return ground.says("\"name\":\"" + Slow.NAME + "\"");
    }
}
