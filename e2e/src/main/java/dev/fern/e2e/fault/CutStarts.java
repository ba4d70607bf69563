package dev.fern.e2e.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The power fails again and again before the daemon is ready: on a state folder with calls, or on an empty one.
final class CutStarts implements Scenario {
    private static final int CUTS = 3;
    private static final int LEAST_MS = 100;

    private final boolean empty;
    private final Slow slow;

    /// @param empty whether these are first starts
    CutStarts(boolean empty) {
        this.empty = empty;
        slow = new Slow("durable=" + (empty ? "broker" : "disk"), "", Harm.Play.WORK_MS);
    }

    @Override
    public String name() {
        return empty ? "power cuts in the first start" : "power cuts in the start";
    }

    @Override
    public String promise() {
        return "However often a start is cut off, the next one works: nothing is lost, and what was half made is gone.";
    }

    @Override
    public Row play(Plan plan) throws IOException, InterruptedException {
        var supply = new Supply(slow);
        // how long a start takes, so that the cuts are spread over it
        var startMs = new int[1];
        return Harm.play(this, plan, plan.share(5), () -> new Ground(slow, supply), play -> {
            var fern = play.ground().fern;
            if (empty) {
                // nobody owes it anything, neither here nor at the broker
                play.rest();
                fern.stop();
                remove(fern.data());
                play.ground().broker.stop();
                play.ground().broker.forget();
                play.ground().broker.restart();
            } else {
                play.cut();
            }
            for (int cut = 0; cut < CUTS && startMs[0] > 0; cut++) {
                var started = fern.begin();
                TimeUnit.MILLISECONDS.sleep(LEAST_MS + play.random().nextInt(startMs[0]));
                started.kill();
                play.noteCut();
            }
            long since = System.nanoTime();
            fern.restart();
            fern.awaitListening();
            startMs[0] = (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
            if (empty) {
                play.goOn();
            }
            play.awaitMessages();
            var left = leftovers(fern.data());
            play.verdict().hold(left.isEmpty(), "left behind: " + left);
            try (var files = Files.list(fern.temporary())) {
                var temporary = files.filter(file -> !file.toString().contains("hsperf"))
                        .toList();
                play.verdict().hold(temporary.isEmpty(), "left behind: " + temporary);
            }
        });
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(folder)) {
                    Files.delete(file);
                }
            }
        }
    }

    /// What is written beside and then renamed, and would have been by now.
    private static List<Path> leftovers(Path data) throws IOException {
        try (var files = Files.walk(data)) {
            return files.filter(file -> {
                        var name = file.getFileName().toString();
                        return name.endsWith(".new")
                                || name.endsWith(".part")
                                || name.startsWith("part-")
                                || name.equals("aot-trial")
                                || data.resolve("images/tmp").equals(file.getParent());
                    })
                    .toList();
        }
    }
}
