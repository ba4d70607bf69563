package dev.fern.e2e.fault;

import dev.fern.e2e.fault.BrokenCalls.Call;
import dev.fern.e2e.fault.BrokenCalls.Errno;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What is written beside and then renamed cannot be renamed: images, and the copy of the definitions.
final class RenameFails implements Scenario {
    private static final String COPY = "the copy of the definitions in";

    private final Slow slow = new Slow("durable=broker", "", Harm.Play.WORK_MS);

    @Override
    public String name() {
        return "I/O error at rename";
    }

    @Override
    public String promise() {
        return "A version that cannot be kept is not run, the old one goes on, and the status says why; afterwards the new one comes"
                + " by itself, and is what a start without a network runs.";
    }

    @Override
    public @Nullable String obstacle() {
        return Preload.obstacle();
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        var supply = new Supply(slow);
        var calls = new BrokenCalls();
        var version = new int[] {1};
        return Harm.play(this, plan, plan.share(10), () -> new Ground(slow, supply, calls), play -> {
            var ground = play.ground();
            calls.fail(Call.RENAME, Errno.EIO);
            supply.deploy(++version[0]);
            play.await(() -> ground.says("images cannot be kept in"), "it does not say that an image cannot be kept");
            play.awaitMessages();
            play.verdict().hold(ground.version().equals("version " + (version[0] - 1)), "the old version does not run");
            // known to the copy, and nothing else happens to it that could bring it to disk
            play.await(() -> ground.says(COPY), "it does not say that the copy of the definitions is old");
            calls.mend();
            play.await(() -> !ground.says(COPY), "the copy of the definitions is not written later");
            play.await(() -> ground.version().equals("version " + version[0]), "the new version does not come");
            supply.cloud().leave();
            supply.images().leave();
            play.cut();
            ground.fern.restart();
            ground.fern.awaitListening();
            play.verdict()
                    .hold(ground.version().equals("version " + version[0]), "the next start does not run what ran");
            supply.cloud().comeBack();
            supply.images().comeBack();
        });
    }
}
