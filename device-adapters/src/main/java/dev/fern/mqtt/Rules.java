package dev.fern.mqtt;

import dev.fern.Durability;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.Options;
import dev.fern.Settings;
import dev.fern.Target;
import dev.fern.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What makes an `mqtt` trigger or target one that can be carried out.
final class Rules {
    private final Settings settings;

    Rules(Settings settings) {
        this.settings = settings;
    }

    /// @throws InvalidDefinitionException with the first thing that cannot
    void check(Fn fn) throws InvalidDefinitionException {
        var triggers = new ArrayList<Trigger>();
        for (var trigger : fn.triggers()) {
            if (trigger.type().equals(MqttAdapter.TYPE)) {
                checkBroker(Source.of(trigger).broker());
                checkLoopOption(trigger.options());
                Durability.of(trigger);
                triggers.add(trigger);
            }
        }
        for (var target : fn.targets()) {
            if (target.type().equals(MqttAdapter.TYPE)) {
                checkBroker(Destination.of(target).broker());
                checkLoopOption(target.options());
                checkNoLoop(target, triggers);
            }
        }
    }

    private void checkBroker(@Nullable String name) throws InvalidDefinitionException {
        if (name == null && settings.mqtt() == null) {
            throw new InvalidDefinitionException("this device has no broker", "set mqtt.url in fern.yaml");
        }
        if (name != null && !settings.brokers().containsKey(name)) {
            throw new InvalidDefinitionException(
                    "this device has no broker named " + name, "set brokers." + name + ".url in fern.yaml");
        }
    }

    private static void checkLoopOption(Options options) throws InvalidDefinitionException {
        if (options.text("loop") != null) {
            options.word("loop", "allow", "allow");
        }
    }

    /// A target that publishes to what starts the same function would run it for ever.
    private static void checkNoLoop(Target target, List<Trigger> triggers) throws InvalidDefinitionException {
        var from = target.options().list("from");
        var sources = new ArrayList<Source>();
        for (var trigger : triggers) {
            if (from.isEmpty() || from.contains(trigger.name())) {
                sources.add(Source.of(trigger));
            }
        }
        var destination = Destination.of(target);
        for (var trigger : triggers) {
            if (!from.isEmpty() && !from.contains(trigger.name())
                    || allowed(trigger.options())
                    || allowed(target.options())) {
                continue;
            }
            var source = Source.of(trigger);
            if (Objects.equals(source.broker(), destination.broker())
                    && source.filter().canMatch(destination.topic(), number -> anyTakesMany(sources, number))) {
                throw new InvalidDefinitionException(
                        "the target " + target.binding() + " can publish to what the trigger " + trigger.binding()
                                + " listens to, so the function would start itself for ever",
                        "change one of the topics, limit the target with from=, or write loop=allow if you mean it");
            }
        }
    }

    private static boolean anyTakesMany(List<Source> sources, int number) {
        return sources.stream().anyMatch(source -> source.filter().takesManyLevels(number));
    }

    private static boolean allowed(Options options) {
        return "allow".equals(options.text("loop"));
    }
}
