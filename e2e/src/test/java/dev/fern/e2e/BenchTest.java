package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.e2e.bench.Contest;
import dev.fern.e2e.bench.Deployments;
import dev.fern.e2e.bench.HttpContest;
import dev.fern.e2e.bench.Journals;
import dev.fern.e2e.bench.Report;
import dev.fern.e2e.bench.Runtimes;
import dev.fern.e2e.bench.RuntimesReport;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `./dev bench --short`: that it measures, loses nothing, and makes the tables of docs/benchmarks.md. How fast
/// something was is never asserted.
class BenchTest {
    @Test
    void aShortRunLosesNothingAndMakesTheTablesOfThePage() throws Exception {
        var contest = Contest.run(Contest.Plan.SHORT, _ -> {});

        assertThat(contest.lost()).as("messages lost").isZero();
        assertThat(contest.duplicated()).as("messages that came twice").isZero();
        var page = Markdown.read(Path.of(System.getProperty("fern.home"), "docs/benchmarks.md"));
        var report = Report.of(contest);
        assertThat(titles(report)).hasSizeGreaterThan(3).isSubsetOf(titles(page.lines()));
        assertThat(String.join("\n", report)).doesNotContain("NaN").contains("/s");
    }

    @Test
    void aShortLookAtTheRuntimesMakesTheTablesOfThePage() throws Exception {
        var report = RuntimesReport.of(Runtimes.run(Runtimes.Plan.SHORT, _ -> {}));

        var page = Markdown.read(Path.of(System.getProperty("fern.home"), "docs/benchmarks.md"));
        assertThat(titles(report)).hasSizeGreaterThan(3).isSubsetOf(titles(page.lines()));
        assertThat(String.join("\n", report)).doesNotContain("NaN");
    }

    @Test
    void aShortLookAtTheJournalFindsAllCallsAndMakesTheTablesOfThePage() throws Exception {
        var journals = Journals.run(Journals.Plan.SHORT, _ -> {});

        assertThat(journals.missing()).as("calls not found again").isZero();
        var page = Markdown.read(Path.of(System.getProperty("fern.home"), "docs/benchmarks.md"));
        assertThat(titles(journals.report())).hasSize(2).isSubsetOf(titles(page.lines()));
        assertThat(String.join("\n", journals.report())).doesNotContain("NaN");
    }

    @Test
    void aShortLookAtCallsOverHttpGetsEveryAnswerAndMakesTheTablesOfThePage() throws Exception {
        var http = HttpContest.run(HttpContest.Plan.SHORT, _ -> {});

        assertThat(http.wrong()).as("answers that were not the echo").isZero();
        var page = Markdown.read(Path.of(System.getProperty("fern.home"), "docs/benchmarks.md"));
        assertThat(titles(http.report())).hasSize(2).isSubsetOf(titles(page.lines()));
        assertThat(String.join("\n", http.report())).doesNotContain("NaN");
    }

    @Test
    void aShortLookAtDeploymentsSeesEachStepAndMakesTheTablesOfThePage() throws Exception {
        var report = Deployments.run(Deployments.Plan.SHORT, _ -> {});

        var page = Markdown.read(Path.of(System.getProperty("fern.home"), "docs/benchmarks.md"));
        assertThat(titles(report)).hasSize(3).isSubsetOf(titles(page.lines()));
        assertThat(String.join("\n", report)).doesNotContain("NaN");
    }

    private static List<String> titles(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("##"))
                .map(line -> line.replaceFirst("^#+ ", ""))
                .toList();
    }
}
