package dev.fern.gpio;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.pi4j.io.gpio.digital.PullResistance;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.kit.FakeTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kernel's pins on a machine that has none; PinsOnAKernelTest has one that does.
class KernelBoardTest {
    @TempDir
    Path devices;

    @Test
    void a_machine_without_pins_says_so_where_the_pin_is_wanted() throws Exception {
        var door = fn("a/door", "on/x", "gpio:17", "to/y", "gpio:GPIO27");
        var adapter = adapter();

        adapter.check(door, List.of());
        adapter.bind(door.triggers(), door.targets());

        assertThat(door.triggers().stream().filter(trigger -> trigger.type().equals("gpio")))
                .singleElement()
                .satisfies(trigger -> assertThat(adapter.health(trigger))
                        .isInstanceOfSatisfying(
                                Health.Down.class,
                                down -> assertThat(down.problem().toString())
                                        .isEqualTo(
                                                "gpio 17 cannot be had: this machine has none: there is no " + devices
                                                        + "/gpiochip0; run Fern on a board with pins, or set device.board: simulated;"
                                                        + " it is tried again every 5 s")));
        adapter.close();
    }

    @Test
    void a_name_that_only_a_chip_knows_is_none_without_it() {
        var adapter = adapter();

        assertThatThrownBy(() -> adapter.check(fn("a/a", "on/x", "gpio:heater"), List.of()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("there is no pin 'heater'");
        assertThatThrownBy(() -> adapter.check(fn("a/a", "on/x", "gpio:54"), List.of()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("there is no pin '54'");
        adapter.close();
    }

    @Test
    void a_line_that_cannot_be_had_leaves_no_thread() {
        var board = new KernelBoard(devices, true);

        assertThatThrownBy(() -> board.input(17, PullResistance.OFF, (_, _, _) -> {}))
                .isInstanceOf(LineException.class);
        assertThatThrownBy(() -> board.output(27, false)).isInstanceOf(LineException.class);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("fern-gpio"));
        board.close();
    }

    private GpioAdapter adapter() {
        return new GpioAdapter(
                GpioBench.settings("auto", Map.of()), new FakeTime(), new Metrics(), new KernelBoard(devices, false));
    }
}
