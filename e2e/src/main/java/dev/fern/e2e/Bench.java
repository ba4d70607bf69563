package dev.fern.e2e;

import dev.fern.e2e.bench.Beside;
import dev.fern.e2e.bench.Contest;
import dev.fern.e2e.bench.Deployments;
import dev.fern.e2e.bench.HttpContest;
import dev.fern.e2e.bench.Journals;
import dev.fern.e2e.bench.Report;
import dev.fern.e2e.bench.Runtimes;
import dev.fern.e2e.bench.RuntimesReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/// `./dev bench [NAME]`: prints a part of docs/benchmarks.md, measured on this machine now: `mqtt` (as without a
/// name), `runtimes`, `limits`, `journal`, `deploy` or `http`. Some minutes; with `--short` some seconds, to see that
/// it
/// works.
public final class Bench {
    private Bench() {}

    /// Ends with exit code 1 if a message or a call was lost or answered wrongly, or a message duplicated, and never
    /// because something was
    /// slow.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of(arguments));
        boolean brief = words.remove("--short");
        var load = load();
        switch (String.join(" ", words)) {
            case "", "mqtt" -> {
                var contest = Contest.run(brief ? Contest.Plan.SHORT : Contest.Plan.LONG, System.err::println);
                print(load, Report.of(contest));
                System.exit(contest.lost() + contest.duplicated() > 0 ? 1 : 0);
            }
            case "runtimes" -> {
                var plan = brief ? Runtimes.Plan.SHORT : Runtimes.Plan.LONG;
                print(load, RuntimesReport.of(Runtimes.run(plan, System.err::println)));
                System.exit(0);
            }
            case "limits" -> {
                var beside = Beside.run(brief ? Beside.Plan.SHORT : Beside.Plan.LONG, System.err::println);
                print(load, beside.report());
                System.exit(beside.lost() > 0 ? 1 : 0);
            }
            case "journal" -> {
                var journals = Journals.run(brief ? Journals.Plan.SHORT : Journals.Plan.LONG, System.err::println);
                print(load, journals.report());
                System.exit(journals.missing() > 0 ? 1 : 0);
            }
            case "http" -> {
                var http = HttpContest.run(brief ? HttpContest.Plan.SHORT : HttpContest.Plan.LONG, System.err::println);
                print(load, http.report());
                System.exit(http.wrong() > 0 ? 1 : 0);
            }
            case "deploy" -> {
                print(
                        load,
                        Deployments.run(brief ? Deployments.Plan.SHORT : Deployments.Plan.LONG, System.err::println));
                System.exit(0);
            }
            default -> {
                System.err.println("usage: ./dev bench [mqtt|runtimes|limits|journal|http|deploy] [--short]");
                System.exit(2);
            }
        }
    }

    private static void print(String load, List<String> report) throws IOException {
        System.out.println(machine());
        System.out.println("Load average over a minute: " + load + " at the start, " + load() + " at the end.");
        report.forEach(System.out::println);
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
