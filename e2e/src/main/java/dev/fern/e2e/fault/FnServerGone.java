package dev.fern.e2e.fault;

import java.io.IOException;

/// The Fn server is away for long, and meanwhile the power fails.
final class FnServerGone implements Scenario {
    private final Slow slow = new Slow("durable=broker", "", Harm.Play.WORK_MS);

    @Override
    public String name() {
        return "Fn server gone, and a power cut";
    }

    @Override
    public String promise() {
        return "Without the Fn server the device works on its copy, also after a start, and says so; when the server is back it"
                + " follows it again, by itself. No message is lost.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        var supply = new Supply(slow);
        var version = new int[] {1};
        return Harm.play(this, plan, plan.share(10), () -> new Ground(slow, supply), play -> {
            var ground = play.ground();
            supply.cloud().leave();
            play.await(() -> ground.says("running on the copy of "), "it does not say that the server is away");
            play.awaitMessages();
            play.cut();
            ground.fern.restart();
            ground.fern.awaitListening();
            play.await(() -> ground.says("running on the copy on disk"), "it does not say that it has only its copy");
            play.awaitMessages();
            supply.deploy(++version[0]);
            supply.cloud().comeBack();
            play.await(
                    () -> ground.version().equals("version " + version[0]), "it does not follow the server any more");
            play.await(() -> !ground.says("running on the copy"), "it says that the server is still away");
        });
    }
}
