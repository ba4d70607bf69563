package dev.fern.gpio;

import dev.fern.Control;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Settings;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.Trigger;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import dev.fern.kit.RecordingIntake;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// An adapter on a simulated board with a clock that stands still, and hands for both sides of it.
final class GpioBench implements AutoCloseable {
    final FakeTime time = new FakeTime();
    final Metrics metrics = new Metrics();
    final SimulatedBoard board = new SimulatedBoard(time);
    final RecordingIntake intake = new RecordingIntake();
    final GpioAdapter adapter;

    GpioBench() {
        this(Map.of());
    }

    /// @param pins name to `LINE`, or to `LINE?OPTION=VALUE`
    GpioBench(Map<String, String> pins) {
        this(pins, board -> board);
    }

    /// @param around puts something between the adapter and the board
    GpioBench(Map<String, String> pins, UnaryOperator<Board> around) {
        adapter = new GpioAdapter(settings("simulated", pins), time, metrics, around.apply(board));
        adapter.start(intake);
    }

    static Settings settings(String board, Map<String, String> pins) {
        var base = Examples.settings(null, Path.of("unused"));
        var named = new LinkedHashMap<String, Settings.Pin>();
        pins.forEach((name, text) -> {
            var binding = Examples.binding("gpio:" + text);
            named.put(name, new Settings.Pin(binding.address(), binding.options()));
        });
        return new Settings(
                new Settings.Device("test", Map.of(), board),
                base.cloud(),
                base.functions(),
                base.registry(),
                base.mqtt(),
                base.brokers(),
                base.http(),
                named,
                base.vars(),
                base.config(),
                base.secrets(),
                base.limits(),
                base.data());
    }

    /// A daemon that nobody asks anything.
    static Control nobody() {
        return (Control)
                Proxy.newProxyInstance(Control.class.getClassLoader(), new Class<?>[] {Control.class}, (_, m, _) -> {
                    throw new AssertionError(m);
                });
    }

    /// Checks each function beside those before it, then binds what they have, as the daemon does.
    void bind(Fn... fns) {
        var accepted = new ArrayList<Fn>();
        var triggers = new ArrayList<Trigger>();
        var targets = new ArrayList<Target>();
        for (var fn : fns) {
            try {
                adapter.check(fn, accepted);
            } catch (InvalidDefinitionException e) {
                throw new AssertionError(e);
            }
            accepted.add(fn);
            fn.triggers().stream().filter(t -> t.type().equals("gpio")).forEach(triggers::add);
            targets.addAll(fn.targets());
        }
        adapter.bind(triggers, targets);
        settle();
    }

    /// A function whose answers go to that output, bound.
    Fn bound(String target) {
        var fn = Examples.fn("house/fan", "to/fan", target);
        bind(fn);
        return fn;
    }

    /// Lets the timer thread do what is due now.
    void settle() {
        time.advance(Duration.ZERO);
    }

    void advance(long ms) {
        time.advance(Duration.ofMillis(ms));
    }

    /// Connects the wire to that level and lets the edge through, as far as it is not debounced.
    void drive(int line, boolean high) {
        board.drive(line, high);
        settle();
    }

    /// The events since the last time, as `TRIGGER EDGE`.
    List<String> edges() {
        return intake.rest().stream()
                .map(call -> call.trigger().name()
                        + (call.event().data().text().contains("\"edge\":\"rising\"") ? " rising" : " falling"))
                .toList();
    }

    /// Sends a body to the first target of a function.
    void send(Fn fn, String body) throws SinkException {
        send(fn.targets().getFirst(), body);
    }

    void send(Target target, String body) throws SinkException {
        try {
            adapter.send(Examples.event(body), target).toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SinkException refused) {
                throw refused;
            }
            throw e;
        }
    }

    void emit(String pin, String edge) throws InvalidDefinitionException {
        adapter.emit(pin, Payload.of(edge));
        settle();
    }

    /// The gauge that says a line's level, or null if there is none.
    @Nullable Double level(int line) {
        var found = new Double[1];
        metrics.forEachGauge((series, value) -> {
            if (series.equals(new Metrics.Series("fern_gpio_level", Map.of("line", "" + line)))) {
                found[0] = value;
            }
        });
        return found[0];
    }

    @Override
    public void close() {
        adapter.close();
    }
}
