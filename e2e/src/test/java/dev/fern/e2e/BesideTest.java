package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.e2e.bench.Beside;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `./dev bench limits --short`: that bad functions of each runtime cost a good one no call. How long its calls took is
/// for docs/benchmarks.md.
class BesideTest {
    @Test
    void noCallIsLostBesideABadFunctionOfAnyRuntime() throws Exception {
        var beside = Beside.run(Beside.Plan.SHORT, _ -> {});

        assertThat(beside.lost()).as("lost calls").isZero();
        var page = Markdown.read(Path.of(System.getProperty("fern.home"), "docs/benchmarks.md"));
        assertThat(page.lines()).contains("## Beside a bad function");
        assertThat(String.join("\n", beside.report()))
                .contains("| java |", "| javascript |", "| wasm |", "| process |")
                .doesNotContain("NaN");
    }
}
