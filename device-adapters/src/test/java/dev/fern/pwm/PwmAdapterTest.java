package dev.fern.pwm;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.SinkException;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PwmAdapterTest {
    @TempDir
    Path root;

    private final FakeTime time = new FakeTime();
    private final Metrics metrics = new Metrics();
    private KernelFolder kernel;
    private PwmAdapter adapter;

    @BeforeEach
    void start() {
        kernel = new KernelFolder(root);
        adapter = new PwmAdapter(new SysfsChips(root, kernel), time, metrics);
    }

    @AfterEach
    void stop() {
        adapter.close();
    }

    private Fn bound(String target) {
        var fn = fn("a/lamp", "to/lamp", target);
        adapter.bind(List.of(), fn.targets());
        return fn;
    }

    private void send(Fn fn, String body) throws SinkException {
        try {
            adapter.send(Examples.event(body), fn.targets().getFirst())
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SinkException refused) {
                throw refused;
            }
            throw e;
        }
    }

    @Test
    void a_channel_is_taken_low_driven_and_given_back_off() throws Exception {
        kernel.chip(0, 2);
        var lamp = bound("pwm:1");
        send(lamp, "0.25");

        assertThat(kernel.state("pwmchip0/pwm1")).isEqualTo("5000000 of 20000000 on");
        assertThat(adapter.health()).containsEntry("pwm", Health.UP);
        send(lamp, " 1 ");
        assertThat(kernel.state("pwmchip0/pwm1")).isEqualTo("20000000 of 20000000 on");
        adapter.close();
        assertThat(kernel.state("pwmchip0/pwm1")).isEqualTo("none");
        assertThat(kernel.writes)
                .containsExactly(
                        "pwmchip0/export=1",
                        "pwmchip0/pwm1/period=20000000",
                        "pwmchip0/pwm1/enable=1",
                        "pwmchip0/pwm1/duty_cycle=5000000",
                        "pwmchip0/pwm1/duty_cycle=20000000",
                        "pwmchip0/pwm1/duty_cycle=0",
                        "pwmchip0/pwm1/enable=0",
                        "pwmchip0/unexport=1");
    }

    @Test
    void the_duty_is_never_longer_than_the_period_whatever_was_there_before() throws Exception {
        kernel.channel(kernel.chip(0, 1), 0, "20000000", "15000000", "1");
        var lamp = bound("pwm:0?frequency=1000");
        send(lamp, "5e-1");

        assertThat(kernel.state("pwmchip0/pwm0")).isEqualTo("500000 of 1000000 on");
        bound("pwm:0?frequency=50");
        send(lamp("pwm:0?frequency=50"), "0.5");
        assertThat(kernel.state("pwmchip0/pwm0")).isEqualTo("10000000 of 20000000 on");
        adapter.bind(List.of(), List.of());
        Await.until(
                "it is off, and left to whoever had it",
                () -> state("pwmchip0/pwm0").equals("0 of 20000000 off"));
    }

    private static Fn lamp(String target) {
        return fn("a/lamp", "to/lamp", target);
    }

    private String state(String channel) {
        try {
            return kernel.state(channel);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    @Test
    void the_first_chip_is_the_one_with_the_lowest_number() throws Exception {
        kernel.chip(10, 1);
        kernel.chip(2, 1);
        send(bound("pwm:0"), "1");
        assertThat(kernel.state("pwmchip2/pwm0")).isEqualTo("20000000 of 20000000 on");

        send(bound("pwm:10/0"), "1");
        assertThat(kernel.state("pwmchip10/pwm0")).isEqualTo("20000000 of 20000000 on");
        Await.until("the other is off", () -> state("pwmchip2/pwm0").equals("none"));
    }

    @Test
    void a_new_version_that_says_the_same_does_not_touch_the_channel() throws Exception {
        kernel.chip(0, 1);
        send(bound("pwm:0"), "0.5");
        var lamp = bound("pwm:0");
        int writes = kernel.writes.size();
        send(lamp, "0.5");

        assertThat(kernel.writes).hasSize(writes + 1);
    }

    @Test
    void a_channel_that_an_event_names_is_taken_then_and_kept() throws Exception {
        kernel.chip(0, 4);
        bound("pwm:{1}");
        send(lamp("pwm:3"), "0.5");
        assertThat(kernel.state("pwmchip0/pwm3")).isEqualTo("10000000 of 20000000 on");

        bound("pwm:{1}");
        send(lamp("pwm:3"), "1");
        assertThat(kernel.writes).containsOnlyOnce("pwmchip0/export=3");
        assertThatThrownBy(() -> send(lamp("pwm:x"), "1"))
                .isInstanceOfSatisfying(
                        SinkException.class, e -> assertThat(e.lasting()).isTrue())
                .hasMessageContaining("there is no channel 'x'");
    }

    @Test
    void a_channel_that_cannot_be_had_is_said_and_tried_again() throws Exception {
        var lamp = bound("pwm:0");
        assertThatThrownBy(() -> send(lamp, "1"))
                .isInstanceOfSatisfying(
                        SinkException.class, e -> assertThat(e.lasting()).isFalse())
                .hasMessageContaining("pwm 0 cannot be had: this machine has no PWM chip in " + root);
        assertThat(adapter.health().toString()).contains("no PWM chip").contains("tried again every 5 s");

        kernel.chip(0, 1);
        kernel.locked = 1;
        time.advance(Duration.ofSeconds(5));
        Await.until(
                "udev is not ready", () -> adapter.health().toString().contains("may not write") && time.timers() == 1);
        time.advance(Duration.ofSeconds(5));
        Await.until("it is there", () -> Health.UP.equals(adapter.health().get("pwm")));
        send(lamp, "1");
        assertThat(kernel.writes).containsOnlyOnce("pwmchip0/export=0");
        assertThat(kernel.state("pwmchip0/pwm0")).isEqualTo("20000000 of 20000000 on");
    }

    @ParameterizedTest
    @CsvSource({"pwm:2,has 2 channels", "pwm:1/0,there is no", "pwm:0/1,by its other name"})
    void what_the_chip_does_not_have_is_said(String target, String why) throws Exception {
        kernel.chip(0, 2);
        var targets = new ArrayList<>(fn("a/one", "to/one", "pwm:1").targets());
        targets.addAll(lamp(target).targets());
        adapter.bind(List.of(), targets);

        assertThatThrownBy(() -> send(lamp(target), "1")).hasMessageContaining(why);
        send(fn("a/one", "to/one", "pwm:1"), "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "on", "1.01", "-0.1", "2", "NaN", "0x1", "1e9", "0.5 V", "{\"duty\":1}"})
    void a_body_that_is_no_number_from_0_to_1_is_refused_for_ever(String body) throws Exception {
        kernel.chip(0, 1);
        var lamp = bound("pwm:0");

        assertThatThrownBy(() -> send(lamp, body))
                .isInstanceOfSatisfying(
                        SinkException.class, e -> assertThat(e.lasting()).isTrue())
                .hasMessage("pwm takes a number from 0 to 1, such as 0.25, not '" + body + "'");
        assertThat(kernel.writes).noneMatch(write -> write.contains("duty"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pwm:fan                   | there is no channel 'fan'; give pwm:CHANNEL of the first chip, such as pwm:0, or
            pwm:0/1/2                 | there is no channel '0/1/2'
            pwm:0?frequency=0         | frequency=0 makes no sense; give frequency a whole number from 1 to 1000000
            pwm:0?frequency=fast      | frequency=fast makes no sense
            pwm:0?value=2             | value=2 in pwm:0?value=2 is nothing a channel takes
            pwm:0?format=cloudevent   | is nothing a channel takes
            pwm:{1}?frequency=0       | frequency=0 makes no sense
            pwm:1?frequency=100       | pwm 1 has a frequency of 50 Hz already; give frequency=50, or use another channel
            """)
    void what_makes_no_sense_is_refused(String target, String why) {
        assertThatThrownBy(() -> adapter.check(lamp(target), List.of(fn("a/earlier", "to/x", "pwm:1"))))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pwm:0", "pwm:1?frequency=50", "pwm:2/1?frequency=1000&value=0.5", "pwm:{1}?value={1}"})
    void what_makes_sense_is_accepted(String target) throws Exception {
        adapter.check(
                lamp(target), List.of(fn("a/earlier", "to/x", "pwm:1"), fn("a/lamp", "to/x", "pwm:0?frequency=9")));
    }

    @Test
    void a_simulated_channel_shows_what_it_was_told() throws Exception {
        var simulated = new PwmAdapter(new SimulatedChips(), time, metrics);
        var lamp = lamp("pwm:7");
        simulated.bind(List.of(), lamp.targets());
        simulated
                .send(Examples.event("0.75"), lamp.targets().getFirst())
                .toCompletableFuture()
                .join();

        var duty = new ArrayList<Double>();
        metrics.forEachGauge((series, value) -> {
            if (series.name().equals("fern_pwm_duty") && series.labels().containsValue("7")) {
                duty.add(value);
            }
        });
        assertThat(duty).containsExactly(0.75);
        simulated.close();
    }
}
