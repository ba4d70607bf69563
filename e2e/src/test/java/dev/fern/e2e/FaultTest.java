package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.e2e.fault.Fault;
import dev.fern.e2e.fault.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `./dev fault`, a few rounds of it.
class FaultTest {
    @ParameterizedTest
    @ValueSource(strings = {"power cut"})
    void whatIsPromisedIsKept(String scenarios) throws InterruptedException {
        var rows = Fault.play(scenarios, 10, 1, _ -> {}, _ -> {});

        assertThat(rows).isNotEmpty().allMatch(Row::kept).allMatch(row -> row.sent() > 0);
    }
}
