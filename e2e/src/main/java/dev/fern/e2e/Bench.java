package dev.fern.e2e;

import dev.fern.e2e.bench.Beside;
import dev.fern.e2e.bench.Contest;
import dev.fern.e2e.bench.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/// `./dev bench`: prints what docs/benchmarks.md holds, measured on this machine now. About five minutes;
/// with `--short` some seconds, to see that it works.
public final class Bench {
    private Bench() {}

    /// Ends with exit code 1 if a message was lost or duplicated, and never because something was slow.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of(arguments));
        if (words.remove("limits")) {
            limits(words);
        }
        if (!words.isEmpty() && !words.equals(List.of("--short"))) {
            System.err.println("usage: ./dev bench [limits] [--short]");
            System.exit(2);
        }
        var load = load();
        var contest = Contest.run(words.isEmpty() ? Contest.Plan.LONG : Contest.Plan.SHORT, System.err::println);
        System.out.println(machine());
        System.out.println("Load average over a minute: " + load + " at the start, " + load() + " at the end.");
        Report.of(contest).forEach(System.out::println);
        System.exit(contest.lost() + contest.duplicated() > 0 ? 1 : 0);
    }

    /// Ends with exit code 1 if a call was lost.
    private static void limits(List<String> words) throws IOException, InterruptedException {
        var load = load();
        var plan = words.equals(List.of("--short")) ? Beside.Plan.SHORT : Beside.Plan.LONG;
        var beside = Beside.run(plan, System.err::println);
        System.out.println(machine());
        System.out.println("Load average over a minute: " + load + " at the start, " + load() + " at the end.");
        beside.report().forEach(System.out::println);
        System.exit(beside.lost() > 0 ? 1 : 0);
    }

    private static String machine() {
        return LocalDate.now(ZoneId.systemDefault()) + ", "
                + Runtime.getRuntime().availableProcessors() + " cores "
                + System.getProperty("os.arch")
                + ", Java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + ".";
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }
}
