package dev.fern.sync;

import dev.fern.Binding;
import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import dev.fern.Options;
import dev.fern.Rollback;
import dev.fern.Settings;
import dev.fern.Trigger;
import io.helidon.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Makes sense of definitions: what a function is on this very device, with its labels, its variables, its own
/// configuration and its secrets. Any thread.
public final class Resolver {
    private final Settings settings;
    private final DeviceConfig deviceConfig;

    public Resolver(Settings settings) {
        this(settings, DeviceConfig.of(settings));
    }

    Resolver(Settings settings, DeviceConfig deviceConfig) {
        this.settings = settings;
        this.deviceConfig = deviceConfig;
    }

    /// The function, ready to be run. Reads the secrets it needs.
    ///
    /// @throws InvalidDefinitionException with the first thing that makes no sense, or that this version cannot do
    public Fn resolve(Definition definition) throws InvalidDefinitionException {
        var document = document(definition);
        var app = document.object("app");
        var fn = document.object("fn");
        var annotations = new Annotations(app, fn);
        annotations.check();
        selects(annotations);
        var name = definition.name();
        var triggers = new ArrayList<Trigger>();
        triggers.add(new Trigger(name, Trigger.INVOKE, plain(Trigger.INVOKE, definition.id())));
        triggers.addAll(httpTriggers(name, document.objects("triggers")));
        triggers.addAll(Bindings.triggers(name, annotations.triggers(), settings));
        checkNames(triggers, annotations);
        Rollback.parse(annotations.texts().get(Rollback.ANNOTATION));
        return new Fn(
                name,
                definition.id(),
                app.text("id"),
                image(name, fn, annotations),
                fn.number("memory", 128, 1, 8192),
                Duration.ofSeconds(fn.number("timeout", 30, 1, 300)),
                Duration.ofSeconds(fn.number("idle_timeout", 30, 1, 3600)),
                config(name, app, fn),
                isolation(annotations),
                annotations.number("fern/concurrency", 1, 1, 64),
                annotations.word("fern/warm", "false", List.of("true", "false")).equals("true"),
                allLayers(annotations),
                triggers,
                Bindings.targets(name, annotations.targets(), triggers, settings),
                annotations.texts());
    }

    /// Whether this device is among those that `fern/devices` selects. If that cannot be said, it is, so that
    /// [#resolve] gets to tell what is wrong.
    public boolean chosen(Definition definition) {
        try {
            var document = document(definition);
            return selects(new Annotations(document.object("app"), document.object("fn")));
        } catch (InvalidDefinitionException e) {
            return true;
        }
    }

    private boolean selects(Annotations annotations) throws InvalidDefinitionException {
        var selector = annotations.word("fern/devices", "");
        return selector.isEmpty()
                || Selector.matches("fern/devices", selector, settings.device().labels());
    }

    private static Fields document(Definition definition) throws InvalidDefinitionException {
        if (Json.parse(definition.document()) instanceof JsonObject object) {
            return new Fields(definition.name().toString(), object);
        }
        throw new InvalidDefinitionException(
                "the definition of " + definition.name() + " is no JSON object", "define the function again");
    }

    private static Binding plain(String type, String address) {
        return new Binding(type, address, Options.NONE);
    }

    private static List<Trigger> httpTriggers(FnName fn, List<Fields> defined) throws InvalidDefinitionException {
        var triggers = new ArrayList<Trigger>();
        for (var trigger : defined) {
            var type = trigger.text("type");
            var source = trigger.text("source");
            if (!type.equals(Trigger.HTTP) || !source.startsWith("/")) {
                throw new InvalidDefinitionException(
                        "trigger " + trigger.text("name") + " is of type " + type + " with source " + source,
                        "Fn knows only type http with a source that starts with /; write others as fern/on/NAME");
            }
            triggers.add(new Trigger(fn, trigger.text("name"), plain(Trigger.HTTP, source)));
        }
        return triggers;
    }

    /// A name is a lane, and what `from=` means: of two kinds of triggers, one would be meant with the other.
    private static void checkNames(List<Trigger> triggers, Annotations annotations) throws InvalidDefinitionException {
        var bound = annotations.triggers().keySet();
        var taken = new HashSet<String>();
        for (var trigger : triggers) {
            boolean fns = trigger.type().equals(Trigger.HTTP) || trigger.type().equals(Trigger.INVOKE);
            if (fns && (!taken.add(trigger.name()) || bound.contains(trigger.name()))) {
                throw new InvalidDefinitionException(
                        "two triggers are called " + trigger.name()
                                + (trigger.name().equals(Trigger.INVOKE) ? ", as the one that each function has" : ""),
                        "give one of them another name");
            }
        }
    }

    private String image(FnName name, Fields fn, Annotations annotations) throws InvalidDefinitionException {
        var device = settings.device();
        return Rollout.image(annotations, name, fn.text("image"), device.id(), device.labels());
    }

    private Map<String, String> config(FnName name, Fields app, Fields fn) throws InvalidDefinitionException {
        var config = new TreeMap<>(app.object("config").texts());
        config.putAll(fn.object("config").texts());
        config.putAll(deviceConfig.values(name));
        return config;
    }

    private static Fn.Isolation isolation(Annotations annotations) throws InvalidDefinitionException {
        var word = annotations.word("fern/isolation", "shared", List.of("shared", "context", "process", "isolate"));
        return Fn.Isolation.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private static boolean allLayers(Annotations annotations) throws InvalidDefinitionException {
        return annotations.word("fern/layers", "own", List.of("own", "all")).equals("all");
    }
}
