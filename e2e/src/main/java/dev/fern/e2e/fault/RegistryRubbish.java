package dev.fern.e2e.fault;

import dev.fern.e2e.fault.Meddler.Mood;
import java.io.IOException;
import java.util.List;

/// The registry, or something on the way to it, gives other bytes than were pushed.
final class RegistryRubbish implements Scenario {
    /// @param path which answers are wrong
    /// @param said what the status says then
    private record Kind(Mood mood, String path, String said) {}

    private static final List<Kind> KINDS = List.of(
            new Kind(Mood.WRONG_BYTE, "/blobs/", "is not what its digest says"),
            new Kind(Mood.BROKEN_OFF, "/blobs/", "broke off"),
            new Kind(Mood.SERVER_ERROR, "/v2/", "answered with status 500"),
            new Kind(Mood.WEB_PAGE, "/v2/", "something else than an image registry"),
            new Kind(Mood.WRONG_BYTE, "/manifests/", "is not what its digest says"));

    private final Slow slow = new Slow("durable=broker", "", Harm.Play.WORK_MS);

    @Override
    public String name() {
        return "registry gives wrong bytes";
    }

    @Override
    public String promise() {
        return "A version whose image does not come as it was pushed is not run: the old one goes on, the status says why, and the"
                + " new one comes by itself once the bytes are right.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        var supply = new Supply(slow);
        var version = new int[] {1};
        return Harm.play(this, plan, plan.share(4), () -> new Ground(slow, supply), play -> {
            var kind = KINDS.get((version[0] - 1) % KINDS.size());
            var old = "version " + version[0];
            supply.images().answer(kind.path, kind.mood);
            supply.deploy(++version[0]);
            play.await(() -> play.ground().says(kind.said), "it does not say that there is " + kind);
            play.awaitMessages();
            play.verdict().hold(play.ground().version().equals(old), "the old version does not run beside " + kind);
            play.verdict()
                    .hold(
                            play.ground().says(kind.said) && !play.ground().says("\"do\":null"),
                            "it does not say what to do about " + kind);
            supply.images().letThrough();
            play.await(
                    () -> play.ground().version().equals("version " + version[0]),
                    "the new version does not come after " + kind);
            play.verdict().hold(!play.ground().says(kind.said), "it still says that there is " + kind);
        });
    }
}
