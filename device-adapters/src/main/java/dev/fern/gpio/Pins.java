package dev.fern.gpio;

import com.pi4j.io.gpio.digital.PullResistance;
import dev.fern.Binding;
import dev.fern.Durations;
import dev.fern.InvalidDefinitionException;
import dev.fern.Options;
import dev.fern.Settings;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.Trigger;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads what triggers and targets say about pins, with the names and options of `pins:` in fern.yaml.
final class Pins {
    /// The longest time anything here takes; keeps nanoseconds in a long and mistakes out.
    static final Duration LONGEST = Duration.ofDays(30);

    private static final Set<String> INPUT = Set.of("pull", "active", "edge", "debounce", "at-start");
    private static final Set<String> OUTPUT = Set.of("active", "initial", "stop", "max-on", "pulse");
    /// Options that a binding may repeat but not change when `pins:` has them: they say how the line is wired.
    private static final Set<String> WIRED = Set.of("pull", "active", "initial", "stop", "max-on");

    private final Map<String, Settings.Pin> names;
    private final Board board;

    Pins(Map<String, Settings.Pin> names, Board board) {
        this.names = names;
        this.board = board;
    }

    /// A trigger's pin.
    ///
    /// @param rising whether it wants edges to high
    /// @param falling whether it wants edges to low
    record Input(int line, LineOptions wired, boolean rising, boolean falling, Duration debounce, boolean atStart) {}

    /// A target's pin.
    ///
    /// @param pulse how long it stays active when switched on, or null for good
    record Output(int line, LineOptions wired, @Nullable Duration pulse) {}

    Input input(Trigger trigger) throws InvalidDefinitionException {
        int line = line(trigger.binding());
        var options = options(trigger.binding(), INPUT, "trigger");
        var pull = options.text("pull") == null
                ? null
                : switch (options.word("pull", "off", "up", "down", "off")) {
                    case "up" -> PullResistance.PULL_UP;
                    case "down" -> PullResistance.PULL_DOWN;
                    default -> PullResistance.OFF;
                };
        var edge = options.word("edge", "both", "rising", "falling", "both");
        return new Input(
                line,
                new LineOptions(true, activeLow(options), pull, null, null, null),
                !edge.equals("falling"),
                !edge.equals("rising"),
                duration(options, "debounce", Duration.ZERO),
                options.flag("at-start", false));
    }

    /// @throws InvalidDefinitionException also if the address still has a placeholder; see [#checkOpen]
    Output output(Target target) throws InvalidDefinitionException {
        return output(line(target.binding()), target);
    }

    /// Whether the pin is only known when an event is there, as in `gpio:relay-{1}`.
    static boolean open(Target target) {
        return target.address().indexOf('{') >= 0;
    }

    /// Checks all of a target but its pin.
    void checkOpen(Target target) throws InvalidDefinitionException {
        output(0, target);
    }

    private Output output(int line, Target target) throws InvalidDefinitionException {
        var options = options(target.binding(), OUTPUT, "target");
        var initial = options.text("initial") == null
                ? null
                : Boolean.valueOf(options.word("initial", "low", "low", "high").equals("high"));
        var stop = options.text("stop") == null
                ? null
                : switch (options.word("stop", "low", "low", "high", "keep")) {
                    case "high" -> LineOptions.Stop.HIGH;
                    case "keep" -> LineOptions.Stop.KEEP;
                    default -> LineOptions.Stop.LOW;
                };
        var maxOn = span(options, "max-on");
        var pulse = options.text("pulse", "").indexOf('{') < 0 ? span(options, "pulse") : null;
        if (pulse != null && maxOn != null && pulse.compareTo(maxOn) > 0) {
            throw new InvalidDefinitionException(
                    "pulse=" + options.text("pulse") + " is longer than max-on=" + options.text("max-on"),
                    "make the pulse shorter or max-on longer");
        }
        if (target.options().text("format", "body").equals("cloudevent")) {
            throw new InvalidDefinitionException(
                    "format=cloudevent in " + target.binding() + " is nothing a pin takes", "remove it");
        }
        checkValue(target);
        return new Output(line, new LineOptions(false, activeLow(options), null, initial, stop, maxOn), pulse);
    }

    private static void checkValue(Target target) throws InvalidDefinitionException {
        var value = target.options().text("value");
        if (value == null || value.indexOf('{') >= 0) {
            return;
        }
        try {
            OutputValue.parse(value);
        } catch (SinkException e) {
            throw new InvalidDefinitionException(
                    "value=" + value + " in " + target.binding() + " is nothing a pin takes",
                    "give value one of " + OutputValue.WORDS);
        }
    }

    /// The BCM number.
    int line(Binding binding) throws InvalidDefinitionException {
        var pin = names.get(binding.address());
        var text = pin == null ? binding.address() : pin.line();
        int line = text.matches("\\d{1,3}") ? Integer.parseInt(text) : board.line(text);
        int last = line <= Board.LAST_LINE ? Board.LAST_LINE : board.last(); // asks the kernel only if it must
        if (line < 0 || line > last) {
            throw new InvalidDefinitionException(
                    "there is no pin '" + text + "'" + (pin == null ? "" : ", which pins: calls " + binding.address()),
                    "give a BCM number from 0 to " + last
                            + ", a line name such as GPIO17, or a name of pins: in fern.yaml");
        }
        return line;
    }

    /// The binding's own options over those of its name.
    private Options options(Binding binding, Set<String> known, String what) throws InvalidDefinitionException {
        var pin = names.get(binding.address());
        if (pin == null) {
            return binding.options();
        }
        var all = new LinkedHashMap<>(pin.options().asMap());
        for (var name : all.keySet()) {
            if (!known.contains(name)) {
                throw new InvalidDefinitionException(
                        "pins: gives " + binding.address() + " " + name + ", which a " + what + " does not have",
                        "use another pin, or remove " + name + " from pins: in fern.yaml");
            }
        }
        for (var option : binding.options().asMap().entrySet()) {
            var other = all.put(option.getKey(), option.getValue());
            if (other != null && WIRED.contains(option.getKey()) && !other.equals(option.getValue())) {
                throw new InvalidDefinitionException(
                        binding + " contradicts pins:, where " + binding.address() + " has " + option.getKey() + "="
                                + other,
                        "remove " + option.getKey() + " here, or change it in fern.yaml");
            }
        }
        return new Options(all);
    }

    private static boolean activeLow(Options options) throws InvalidDefinitionException {
        return options.word("active", "high", "high", "low").equals("low");
    }

    private static @Nullable Duration span(Options options, String name) throws InvalidDefinitionException {
        if (options.text(name) == null) {
            return null;
        }
        var span = duration(options, name, Duration.ZERO);
        if (span.isZero()) {
            throw new InvalidDefinitionException(
                    name + "=" + options.text(name) + " makes no sense", "give " + name + " more than no time");
        }
        return span;
    }

    private static Duration duration(Options options, String name, Duration otherwise)
            throws InvalidDefinitionException {
        var duration = options.duration(name, otherwise);
        if (duration.compareTo(LONGEST) > 0) {
            throw new InvalidDefinitionException(
                    name + "=" + options.text(name) + " is too long",
                    "give " + name + " at most " + Durations.text(LONGEST));
        }
        return duration;
    }
}
