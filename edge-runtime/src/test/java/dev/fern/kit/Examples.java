package dev.fern.kit;

import dev.fern.Binding;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Payload;
import dev.fern.Settings;
import dev.fern.Target;
import dev.fern.Trigger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Definitions for tests.
public final class Examples {
    private Examples() {}

    /// A function with bindings as they are written in annotations: `on/NAME`, value, or `to/NAME`, value.
    public static Fn fn(String name, String... bindings) {
        return fn(name, Map.of(), bindings);
    }

    public static Fn fn(String name, Map<String, String> config, String... bindings) {
        var fnName = FnName.parse(name);
        var triggers = new ArrayList<Trigger>();
        var targets = new ArrayList<Target>();
        triggers.add(new Trigger(fnName, "invoke", binding("invoke:id-" + fnName.name())));
        for (int i = 0; i < bindings.length; i += 2) {
            var label = bindings[i].substring(3);
            if (bindings[i].startsWith("on/")) {
                triggers.add(new Trigger(fnName, label, binding(bindings[i + 1])));
            } else {
                targets.add(new Target(fnName, label, binding(bindings[i + 1])));
            }
        }
        return new Fn(
                fnName,
                "id-" + fnName.name(),
                "id-" + fnName.app(),
                "127.0.0.1:5000/" + name + ":0.0.1",
                64,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                config,
                Fn.Isolation.SHARED,
                1,
                false,
                false,
                triggers,
                targets,
                Map.of());
    }

    public static Binding binding(String text) {
        try {
            return Binding.parse(text);
        } catch (InvalidDefinitionException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /// A trigger of function `app/name`.
    public static Trigger trigger(String fn, String name, String binding) {
        return new Trigger(FnName.parse(fn), name, binding(binding));
    }

    public static Target target(String fn, String name, String binding) {
        return new Target(FnName.parse(fn), name, binding(binding));
    }

    public static Event event(String text) {
        return Event.of(
                "/fern/test/mqtt/x",
                Event.MQTT_MESSAGE,
                "a/b",
                Instant.parse("2026-11-23T12:00:00Z"),
                "text/plain",
                Headers.NONE,
                Payload.of(text));
    }

    /// One that was a CloudEvent when it came.
    public static Event cloudEvent(String source, String id, String text) {
        return new Event(
                id,
                source,
                "com.example.measured",
                "room",
                Instant.parse("2026-11-23T12:00:00Z"),
                "text/plain",
                Map.of("site", "tokyo"),
                Headers.of(Event.CLOUD_EVENT, "1.0"),
                Payload.of(text));
    }

    /// A device `test` with that broker, or none, and that state folder.
    public static Settings settings(@Nullable String brokerUrl, Path data) {
        var broker = brokerUrl == null
                ? null
                : new Settings.Broker(URI.create(brokerUrl), "fern-test", false, "fern", null, null, null, null, null);
        return new Settings(
                new Settings.Device("test", Map.of("site", "tokyo"), "simulated"),
                null,
                null,
                new Settings.Registry(null, Set.of(), null),
                broker,
                Map.of(),
                new Settings.Http("127.0.0.1:0", null, null, null, null, List.of()),
                Map.of(),
                Map.of(),
                Map.of(),
                data.resolve("secrets"),
                Settings.Limits.DEFAULT,
                data);
    }
}
