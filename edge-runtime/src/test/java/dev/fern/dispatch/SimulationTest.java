package dev.fern.dispatch;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many histories of a device, each from a seed. More of them: `-Dfern.seeds=1000 -Dfern.seed=77`.
class SimulationTest {
    private static final int STEPS = 60;

    @TempDir
    Path folder;

    @Test
    void whatever_happens_each_message_comes_out_and_the_calm_ones_in_order() throws Exception {
        long first = Long.getLong("fern.seed", 1);
        for (long seed = first; seed < first + Integer.getInteger("fern.seeds", 25); seed++) {
            try (var simulation = new Simulation(seed, Files.createDirectory(folder.resolve("seed" + seed)))) {
                try {
                    for (int i = 0; i < STEPS; i++) {
                        simulation.step();
                    }
                    simulation.end();
                } catch (AssertionError e) {
                    throw new AssertionError(
                            "seed " + seed + ": " + String.join("; ", simulation.history()) + "; owed: "
                                    + simulation.owed(),
                            e);
                }
            }
        }
    }
}
