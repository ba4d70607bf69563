package dev.fern.gpio;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import com.pi4j.boardinfo.util.BoardInfoHelper;
import com.pi4j.io.gpio.digital.PullResistance;
import dev.fern.AdapterProvider;
import dev.fern.Metrics;
import dev.fern.kit.FakeTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/// What Pi4J does on our behalf, and what it does not.
class CircuitTest {
    private final SimulatedBoard board = new SimulatedBoard(new FakeTime());

    @Test
    void lines_go_through_pi4j_and_are_given_back_with_it() {
        var circuit = new Circuit(board);
        var seen = new ArrayList<BoardInput.Change>();
        circuit.input(17, PullResistance.PULL_UP).addListener(event -> seen.add((BoardInput.Change) event));
        var output = circuit.output(27, true);
        assertThat(board.high(17)).isTrue();
        assertThat(output.isHigh()).isTrue();

        board.drive(17, false);
        assertThat(seen).singleElement().satisfies(change -> {
            assertThat(change.high()).isFalse();
            assertThat(change.seq()).isEqualTo(1);
            assertThat(change.source().bcm()).isEqualTo(17);
        });

        circuit.close();
        assertThat(board.releases()).isEqualTo(2);
    }

    @Test
    void it_leaves_no_thread_and_says_nothing() {
        new Circuit(board).close();
        var before = new HashSet<>(Thread.getAllStackTraces().keySet());
        try (var log = new Log("com.pi4j")) {
            BoardInfoHelper.reinitialize(); // what the first context of a process does
            var circuit = new Circuit(board);
            circuit.input(17, PullResistance.OFF);
            circuit.output(27, false);
            assertThat(Thread.getAllStackTraces().keySet()).isSubsetOf(before);
            circuit.close();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void the_daemon_finds_the_adapter() {
        var adapters = ServiceLoader.load(AdapterProvider.class).stream()
                .filter(provider -> provider.type() == GpioProvider.class)
                .map(provider -> provider.get()
                        .create(
                                GpioBench.settings("simulated", Map.of()),
                                new FakeTime(),
                                new Metrics(),
                                GpioBench.nobody()))
                .toList();

        assertThat(adapters).singleElement().satisfies(adapter -> {
            assertThat(adapter.types()).containsExactly("gpio");
            adapter.check(fn("a/a", "on/x", "gpio:17"), List.of());
        });
    }
}
