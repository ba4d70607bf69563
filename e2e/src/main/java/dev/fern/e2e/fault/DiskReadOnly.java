package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// After a power cut the disk is mounted so that nothing can be written, as Linux does with a card that has errors.
final class DiskReadOnly implements Scenario {
    private static final int WORK_MS = 20;
    private static final int MANY = 60;

    @Override
    public String name() {
        return "disk read-only";
    }

    @Override
    public String promise() {
        return "On a disk that is read-only the daemon does not start and says what to do; what it owes is done once it can write.";
    }

    @Override
    public @Nullable String obstacle() {
        return SmallDisk.obstacle();
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        int rounds = plan.share(40);
        var cuts = new Cuts();
        var verdict = new Verdict(this);
        try (var ground = new Ground("disk", WORK_MS);
                var stream = ground.stream()) {
            ground.fern.stop();
            try (var disk = new SmallDisk(ground.sandbox, ground.fern.data(), "16m")) {
                ground.fern.restart();
                for (int round = 0; round < rounds; round++) {
                    stream.send(MANY);
                    ground.cut(stream, cuts);
                    disk.protect();
                    var refused = ground.sandbox.start(ground.fern.commandLine(), Map.of());
                    verdict.hold(ground.await(() -> !refused.alive()), "it starts on a read-only disk");
                    var said = String.join("\n", refused.output());
                    verdict.hold(
                            said.contains("cannot keep state in") && said.contains("make it writable"),
                            "it says " + said);
                    disk.unprotect();
                    ground.fern.restart();
                }
                ground.finish(stream, verdict);
                return verdict.row(rounds, stream.tally(), cuts);
            }
        }
    }
}
