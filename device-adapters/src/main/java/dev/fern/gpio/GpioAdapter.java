package dev.fern.gpio;

import dev.fern.Adapter;
import dev.fern.Binding;
import dev.fern.Emitter;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Options;
import dev.fern.Payload;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.Sink;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.Time;
import dev.fern.Trigger;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// The pins of one board as triggers and targets.
final class GpioAdapter implements Adapter, Sink, Emitter {
    private static final String TYPE = "gpio";

    private final Pins pins;
    private final Lines lines;
    private final Map<Trigger, Pins.Input> inputs = new LinkedHashMap<>();
    private final Map<Trigger, Health> invalid = new HashMap<>();
    private final Map<Target, Pins.Output> outputs = new HashMap<>();
    /// Targets whose pin is only known when an event is there.
    private final Map<String, Target> open = new HashMap<>();
    /// The first target that opened a line this way, by line: the line stays until nobody may open it.
    private final Map<Integer, Target> opened = new TreeMap<>();
    private Wiring wiring = new Wiring();

    GpioAdapter(Settings settings, Time time, Metrics metrics, Board board) {
        pins = new Pins(settings.pins(), board);
        lines = new Lines(board, settings.device().id(), time, metrics);
    }

    @Override
    public Set<String> types() {
        return Set.of(TYPE);
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        var all = new Wiring();
        for (var fn : accepted) {
            if (!fn.name().equals(candidate.name())) {
                try {
                    add(fn, all);
                } catch (InvalidDefinitionException ignored) {
                    // an old version that goes on beside newer ones; not the candidate's mistake
                }
            }
        }
        add(candidate, all);
    }

    private void add(Fn fn, Wiring all) throws InvalidDefinitionException {
        for (var trigger : fn.triggers()) {
            if (trigger.type().equals(TYPE)) {
                var pin = pins.input(trigger);
                all.add(fn.name(), pin.line(), pin.wired());
            }
        }
        for (var target : fn.targets()) {
            if (target.type().equals(TYPE)) {
                if (Pins.open(target)) {
                    pins.checkOpen(target);
                } else {
                    var pin = pins.output(target);
                    all.add(fn.name(), pin.line(), pin.wired());
                }
            }
        }
    }

    @Override
    public void start(Intake intake) {
        lines.start(intake);
    }

    @Override
    public synchronized void bind(Collection<Trigger> triggers, Collection<Target> targets) {
        wiring = new Wiring();
        inputs.clear();
        invalid.clear();
        outputs.clear();
        open.clear();
        for (var trigger : triggers) {
            try {
                var pin = pins.input(trigger);
                wiring.add(trigger.fn(), pin.line(), pin.wired());
                inputs.put(trigger, pin);
            } catch (InvalidDefinitionException e) {
                invalid.put(trigger, new Health.Down(e.problem()));
            }
        }
        for (var target : targets) {
            if (Pins.open(target)) {
                open.put(key(target), target);
            } else {
                bind(target);
            }
        }
        reopen();
        hold();
    }

    /// Keeps the lines that events opened, with the options that the new version gives them.
    private void reopen() {
        var before = Map.copyOf(opened);
        opened.clear();
        before.forEach((line, old) -> {
            if (open.get(key(old)) instanceof Target now) {
                var target = new Target(now.fn(), now.name(), new Binding(TYPE, old.address(), now.options()));
                if (bind(target)) {
                    opened.put(line, target);
                }
            }
        });
    }

    /// False if it makes no sense: then whoever sends to it hears why.
    private boolean bind(Target target) {
        try {
            var pin = pins.output(target);
            wiring.add(target.fn(), pin.line(), pin.wired());
            outputs.put(target, pin);
            return true;
        } catch (InvalidDefinitionException e) {
            return false;
        }
    }

    private void hold() {
        var listeners = new HashMap<Integer, Map<Trigger, Pins.Input>>();
        inputs.forEach((trigger, pin) -> listeners
                .computeIfAbsent(pin.line(), _ -> new LinkedHashMap<>())
                .put(trigger, pin));
        lines.hold(wiring.lines(), listeners);
    }

    @Override
    public CompletionStage<Void> send(Event event, Target target) {
        try {
            var value = OutputValue.parse(event.data().text());
            var pin = output(target);
            var line = lines.output(pin.line());
            if (line == null) {
                var why = lines.failure(pin.line());
                throw SinkException.later("gpio " + pin.line()
                        + (why == null ? " is not driven any more" : " cannot be had: " + why.why()));
            }
            line.apply(value, pin.pulse());
            return CompletableFuture.completedStage(null);
        } catch (SinkException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /// A toggle or a pulse done twice is not what one was.
    @Override
    public boolean repeatable(Event event, Target target) {
        try {
            var value = OutputValue.parse(event.data().text());
            return value.state() != OutputValue.State.TOGGLE
                    && value.span() == null
                    && (value.state() == OutputValue.State.INACTIVE
                            || output(target).pulse() == null);
        } catch (SinkException e) {
            return true;
        }
    }

    private synchronized Pins.Output output(Target target) throws SinkException {
        var bound = outputs.get(target);
        if (bound != null) {
            return bound;
        }
        try {
            var pin = pins.output(target);
            wiring.verify(pin.line(), pin.wired());
            if (open.containsKey(key(target)) && opened.putIfAbsent(pin.line(), target) == null) {
                bind(target);
                hold();
            }
            return pin;
        } catch (InvalidDefinitionException e) {
            throw SinkException.never(e.problem().toString());
        }
    }

    private static String key(Target target) {
        return target.fn() + "#" + target.name();
    }

    @Override
    public void emit(String address, Payload body) throws InvalidDefinitionException {
        int line = pins.line(new Binding(TYPE, address, Options.NONE));
        switch (body.text().strip().toLowerCase(Locale.ROOT)) {
            case "rising" -> lines.edge(line, true);
            case "falling" -> lines.edge(line, false);
            default ->
                throw new InvalidDefinitionException(
                        "a pin has no edge '" + body.text().strip() + "'", "give rising or falling");
        }
    }

    @Override
    public synchronized Health health(Trigger trigger) {
        if (invalid.get(trigger) instanceof Health why) {
            return why;
        }
        var pin = inputs.get(trigger);
        if (pin == null) {
            return Health.down(trigger + " is not bound", "report this: it is a mistake in Fern");
        }
        return lines.failure(pin.line()) instanceof Problem why ? Lines.down(pin.line(), why) : Health.UP;
    }

    @Override
    public synchronized Map<String, Health> health() {
        return inputs.isEmpty() && outputs.isEmpty() ? Map.of() : Map.of(TYPE, lines.health());
    }

    @Override
    public void close() {
        lines.close();
    }
}
