package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.e2e.fault.Fault;
import dev.fern.e2e.fault.Row;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `./dev fault --short`, the quicker half of it.
class FaultTest {
    private static final int ROUNDS = 6;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "power cut, durable",
                "broker forgets",
                "SIGTERM, durable=broker",
                "two daemons",
                "Fn server gone"
            })
    void whatIsPromisedIsKept(String scenarios) throws InterruptedException {
        assertThat(played(scenarios)).isNotEmpty().allMatch(Row::kept).allMatch(row -> row.sent() > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk full, and", "I/O error at sync", "start in 1970"})
    void whatIsPromisedOfDiskAndClockIsKept(String scenarios) throws InterruptedException {
        // there are none where nobody may mount a small disk, or where there is no C compiler
        assertThat(played(scenarios)).allMatch(Row::kept);
    }

    private static List<Row> played(String scenarios) throws InterruptedException {
        return Fault.play(scenarios, ROUNDS, 1, _ -> {}, _ -> {});
    }
}
