package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The disk with the state folder is full for a while, and in the middle of it the daemon is killed.
final class DiskFull implements Scenario {
    private static final int WORK_MS = 10;
    private static final int MOMENT_MS = 1500;
    private static final int BEHIND = 100;

    private final boolean restartsMeanwhile;

    /// @param restartsMeanwhile whether it is killed and started while the disk is full
    DiskFull(boolean restartsMeanwhile) {
        this.restartsMeanwhile = restartsMeanwhile;
    }

    @Override
    public String name() {
        return restartsMeanwhile ? "disk full, and a power cut" : "disk full";
    }

    @Override
    public String promise() {
        return "What was acknowledged stays on a disk that is full, nothing further is acknowledged, and once there is room all"
                + " is done.";
    }

    @Override
    public @Nullable String obstacle() {
        return SmallDisk.obstacle();
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = plan.share(20);
        var random = new Random(plan.seed());
        var cuts = new Cuts();
        var verdict = new Verdict(this);
        try (var ground = new Ground("disk", WORK_MS);
                var stream = ground.stream()) {
            ground.fern.stop();
            try (var disk = new SmallDisk(ground.sandbox, ground.fern.data(), "16m")) {
                ground.fern.restart();
                stream.begin(WORK_MS, BEHIND);
                for (int round = 0; round < rounds; round++) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(MOMENT_MS));
                    disk.fill();
                    verdict.hold(
                            ground.await(() -> ground.says("free space on")), "it does not say that the disk is full");
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(MOMENT_MS));
                    if (restartsMeanwhile) {
                        ground.cut(stream, cuts);
                        ground.restartIfItMay();
                    }
                    disk.free();
                    if (!ground.fern.process().alive()) {
                        ground.fern.restart();
                    }
                    verdict.hold(
                            ground.await(() -> !ground.says("free space on")), "it does not see that there is room");
                }
                stream.end();
                ground.finish(stream, verdict);
                verdict.hold(ground.setAside().isEmpty(), "set aside a good file: " + ground.setAside());
                return verdict.row(rounds, stream.tally(), cuts);
            }
        }
    }
}
