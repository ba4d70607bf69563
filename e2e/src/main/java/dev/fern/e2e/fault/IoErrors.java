package dev.fern.e2e.fault;

import dev.fern.e2e.fault.BrokenCalls.Call;
import dev.fern.e2e.fault.BrokenCalls.Errno;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One kind of system call fails for the state folder, for a while, and in every second round the power fails in the
/// middle
/// of that.
final class IoErrors implements Scenario {
    private static final int MOMENT_MS = 1500;
    private static final int SOON_MS = 400;
    private static final int WORK_MS = 30;
    private static final String SAYS = "calls cannot be written to disk";

    private final Call call;
    private final Slow slow = new Slow("durable=disk", "", WORK_MS);

    IoErrors(Call call) {
        this.call = call;
    }

    @Override
    public String name() {
        return "I/O error at " + call.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String promise() {
        return "While the disk answers with errors nothing is acknowledged, the status says what to do, and nothing that was"
                + " acknowledged is lost; afterwards it goes on by itself.";
    }

    @Override
    public @Nullable String obstacle() {
        return Preload.obstacle();
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = Math.max(2, plan.share(10));
        var calls = new BrokenCalls();
        var round = new int[1];
        return Harm.play(this, plan, rounds, () -> new Ground(slow, calls), play -> {
            var errno = round[0] % 4 < 2 ? Errno.EIO : Errno.ENOSPC;
            boolean cut = round[0]++ % 2 == 1;
            calls.fail(call, errno);
            if (cut) {
                // soon, as long as what it may have acknowledged has not been done
                play.moment(SOON_MS);
                play.cut();
                play.ground().restartIfItMay();
            } else {
                play.await(() -> play.ground().says(SAYS), "it does not say that the disk fails with " + errno);
                var advice = call == Call.WRITE && errno == Errno.ENOSPC ? "free space on" : "replace the card";
                play.await(() -> play.ground().says(advice), "it does not say what to do about " + errno);
                holdsBack(play);
            }
            calls.mend();
            if (!play.ground().fern.process().alive()) {
                play.ground().fern.restart();
            }
            play.await(() -> !play.ground().says(SAYS), "it does not see that the disk works again");
            play.awaitMessages();
        });
    }

    /// Nothing more is acknowledged, as soon as that has come to rest which was on disk before.
    private static void holdsBack(Harm.Play play) throws IOException, InterruptedException {
        var ground = play.ground();
        var last = new double[] {-1};
        play.await(
                () -> {
                    double before = last[0];
                    last[0] = ground.metric("fern_mqtt_acknowledged_total");
                    return last[0] == before;
                },
                "it goes on acknowledging");
        play.moment(MOMENT_MS);
        play.verdict()
                .hold(
                        ground.metric("fern_mqtt_acknowledged_total") == last[0],
                        "it acknowledged what cannot be on disk");
    }
}
