package dev.fern.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Headers;
import dev.fern.Health;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Settings;
import dev.fern.Target;
import dev.fern.Trigger;
import dev.fern.events.Listeners;
import dev.fern.kit.Examples;
import dev.fern.kit.RecordingIntake;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A device with an adapter under test: what comes in is recorded, what goes out leaves.
final class Device implements AutoCloseable {
    private static final long PATIENCE_S = 60;

    final RecordingIntake intake = new RecordingIntake();
    final FakeControl control = new FakeControl();
    final Metrics metrics = new Metrics();
    final RealTime time;
    final MqttAdapter adapter;
    private final Listeners listeners;

    Device(String url) {
        this(settings(broker(url), Map.of()));
    }

    Device(Settings settings) {
        this(settings, 1);
    }

    Device(Settings settings, int speed) {
        this(settings, speed, List.of());
    }

    /// One that knows its functions when it connects, as after a restart.
    Device(String url, Fn... known) {
        this(settings(broker(url), Map.of()), 1, List.of(known));
    }

    Device(Settings settings, Fn... known) {
        this(settings, 1, List.of(known));
    }

    private Device(Settings settings, int speed, List<Fn> known) {
        time = new RealTime(speed);
        adapter = (MqttAdapter) new MqttProvider().create(settings, time, metrics, control);
        listeners = new Listeners(settings);
        adapter.hear(listeners);
        adapter.start(intake);
        bind(known.toArray(Fn[]::new)); // it connects with the first binding
    }

    static Settings.Broker broker(String url) {
        return new Settings.Broker(URI.create(url), "fern-test", false, "fern", null, null, null, null, null);
    }

    static Settings settings(Settings.@Nullable Broker own, Map<String, Settings.Broker> others) {
        return settings(own, others, Settings.Limits.DEFAULT);
    }

    static Settings settings(
            Settings.@Nullable Broker own, Map<String, Settings.Broker> others, Settings.Limits limits) {
        var some = Examples.settings(null, Path.of("unused"));
        return new Settings(
                some.device(),
                null,
                null,
                some.registry(),
                own,
                others,
                some.http(),
                Map.of(),
                Map.of(),
                Map.of(),
                some.secrets(),
                limits,
                some.data());
    }

    /// Binds these functions and waits until each trigger listens.
    Device with(Fn... fns) {
        bind(fns);
        for (var fn : fns) {
            mqtt(fn).forEach(trigger -> await(() -> adapter.health(trigger).equals(Health.UP), "no " + trigger));
            events(fn).forEach(trigger -> await(() -> listeners.health(trigger).equals(Health.UP), "no " + trigger));
        }
        return this;
    }

    void bind(Fn... fns) {
        var triggers = List.of(fns).stream()
                .flatMap(fn -> fn.triggers().stream())
                .filter(trigger -> adapter.types().contains(trigger.type()))
                .toList();
        var targets = List.of(fns).stream().flatMap(fn -> fn.targets().stream()).toList();
        var events = List.of(fns).stream().flatMap(fn -> events(fn).stream()).toList();
        listeners.bind(events, List.of());
        adapter.bind(triggers, targets);
    }

    static List<Trigger> mqtt(Fn fn) {
        return fn.triggers().stream()
                .filter(trigger -> trigger.type().equals("mqtt"))
                .toList();
    }

    private static List<Trigger> events(Fn fn) {
        return fn.triggers().stream()
                .filter(trigger -> trigger.type().equals("event"))
                .toList();
    }

    /// Why triggers of type `event` do not listen, or that they do.
    Health eventsHealth() {
        return listeners.health(Examples.trigger("a/f", "x", "event:x"));
    }

    CompletionStage<Void> send(Target target, String text) {
        return adapter.send(event(text, "text/plain"), target);
    }

    static Event event(String text, @Nullable String contentType) {
        return Event.of(
                "/fern/test/mqtt/default",
                Event.FN_RESULT,
                null,
                Instant.EPOCH,
                contentType,
                Headers.NONE,
                Payload.of(text));
    }

    void awaitUp() {
        awaitUp("mqtt");
    }

    void awaitUp(String broker) {
        await(() -> Health.UP.equals(adapter.health().get(broker)), "not connected: " + adapter.health());
    }

    Health.Down awaitDown() {
        await(
                () -> adapter.health().get("mqtt") instanceof Health.Down(var problem)
                        && !problem.why().endsWith("yet"),
                "not down");
        return (Health.Down) Objects.requireNonNull(adapter.health().get("mqtt"));
    }

    /// The sum over all labels.
    long count(String name) {
        var sum = new HashMap<String, Long>();
        metrics.forEachCounter((series, value) -> sum.merge(series.name(), value, Long::sum));
        return sum.getOrDefault(name, 0L);
    }

    long gauge(String name) {
        var sum = new HashMap<String, Double>();
        metrics.forEachGauge((series, value) -> sum.merge(series.name(), value, Double::sum));
        return sum.getOrDefault(name, -1.0).longValue();
    }

    static void await(BooleanSupplier condition, String otherwise) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(otherwise).isLessThan(deadline);
            pause(Duration.ofMillis(5));
        }
    }

    /// For what must not happen.
    static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        adapter.close();
        time.close();
    }
}
