package dev.fern.gpio;

import com.pi4j.exception.Pi4JException;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.IntakeFullException;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Problem;
import dev.fern.Time;
import dev.fern.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The lines that are held. What Pi4J calls only hands over; the timer thread makes the events, in the order of each
/// line. Any thread.
final class Lines implements AutoCloseable {
    static final String LEVEL = "fern_gpio_level";
    static final String DROPPED = "fern_events_dropped_total";

    private static final System.Logger LOG = System.getLogger("fern.gpio");
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
    private static final int QUEUE = 10_000;
    private static final int BATCH = 500;

    private record Handed(InputLine line, BoardInput.Change change) {}

    private final Board board;
    private final String device;
    private final Time time;
    private final Metrics metrics;
    private final BlockingQueue<Handed> queue = new LinkedBlockingQueue<>(QUEUE);
    private final AtomicBoolean awake = new AtomicBoolean();
    private final Map<Integer, InputLine> inputs = new TreeMap<>();
    private final Map<Integer, OutputLine> outputs = new TreeMap<>();
    private final Map<Integer, Hand> hands = new HashMap<>();
    private final Map<Integer, Problem> failures = new TreeMap<>();
    private Map<Integer, LineOptions> wanted = Map.of();
    private Map<Integer, Map<Trigger, Pins.Input>> listeners = Map.of();
    private @Nullable Circuit circuit;
    private @Nullable Intake intake;
    private Time.@Nullable Timer settling;
    private Time.@Nullable Timer retrying;
    private boolean closed;

    Lines(Board board, String device, Time time, Metrics metrics) {
        this.board = board;
        this.device = device;
        this.time = time;
        this.metrics = metrics;
    }

    synchronized void start(Intake to) {
        intake = to;
        board.whenChanged(() -> time.after(Duration.ZERO, this::takeAgain));
    }

    /// From now on exactly these lines are held, as far as they can be had. One that is held already in the same way is
    /// not touched.
    synchronized void hold(Map<Integer, LineOptions> lines, Map<Integer, Map<Trigger, Pins.Input>> triggers) {
        wanted = lines;
        listeners = triggers;
        for (var line : List.copyOf(inputs.values())) {
            if (!(lines.get(line.number()) instanceof LineOptions now)
                    || !line.options().holdsFor(now)
                    || !board.holds(line.number())) {
                release(line);
            }
        }
        outputs.entrySet().removeIf(held -> {
            boolean keep = lines.get(held.getKey()) instanceof LineOptions now
                    && held.getValue().options().holdsFor(now)
                    && board.holds(held.getKey());
            if (!keep) {
                held.getValue().release();
            }
            return !keep;
        });
        take();
        lines.forEach((number, now) -> {
            if (inputs.get(number) instanceof InputLine line) {
                line.listen(now, triggers.getOrDefault(number, Map.of()), device);
            }
            if (outputs.get(number) instanceof OutputLine line) {
                line.options(now);
            }
        });
        wake();
    }

    /// The output of that number, or null if it is not held.
    synchronized @Nullable OutputLine output(int line) {
        return outputs.get(line);
    }

    /// Why a line that is wanted is not held, or null if it is.
    synchronized @Nullable Problem failure(int line) {
        return failures.get(line);
    }

    synchronized Health health() {
        var failure = failures.entrySet().stream().findFirst().orElse(null);
        return failure == null ? Health.UP : down(failure.getKey(), failure.getValue());
    }

    static Health down(int line, Problem problem) {
        return Health.down(
                "gpio " + line + " cannot be had: " + problem.why(),
                problem.whatToDo() + "; it is tried again every " + TRY_AGAIN.toSeconds() + " s");
    }

    /// Makes an edge by hand, on the simulated board.
    ///
    /// @throws InvalidDefinitionException if the board is another, or no function listens to the line
    synchronized void edge(int number, boolean rising) throws InvalidDefinitionException {
        if (!(board instanceof SimulatedBoard simulated)) {
            throw new InvalidDefinitionException(
                    "edges can be made by hand on the simulated board only",
                    "set device.board: simulated in fern.yaml");
        }
        var line = inputs.get(number);
        if (line == null) {
            throw new InvalidDefinitionException(
                    outputs.containsKey(number)
                            ? "gpio " + number + " is an output here"
                            : "no function listens to gpio " + number,
                    "give a pin that a function has as a trigger");
        }
        hands.computeIfAbsent(number, _ -> new Hand(simulated, line, time, this))
                .edge(rising != line.options().activeLow());
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        cancel(settling);
        cancel(retrying);
        List.copyOf(inputs.values()).forEach(this::release);
        outputs.values().forEach(OutputLine::release);
        outputs.clear();
        queue.clear();
        if (circuit != null) {
            circuit.close();
        }
        board.close();
    }

    private void release(InputLine line) {
        if (hands.remove(line.number()) instanceof Hand hand) {
            hand.release();
        }
        inputs.remove(line.number());
        line.release();
    }

    private void take() {
        var before = Map.copyOf(failures);
        failures.clear();
        wanted.forEach((number, options) -> {
            if (inputs.containsKey(number) || outputs.containsKey(number)) {
                return;
            }
            try {
                take(number, options);
            } catch (Pi4JException | IllegalStateException e) { // Pi4J's registry wraps its own in the latter
                var problem = Circuit.problem(e);
                failures.put(number, problem);
                if (!problem.equals(before.get(number))) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "gpio {0} cannot be had: {1}; trying again",
                            number,
                            problem.why());
                }
            }
        });
        cancel(retrying);
        retrying = failures.isEmpty() ? null : time.after(TRY_AGAIN, this::takeAgain);
    }

    private void take(int number, LineOptions options) {
        if (circuit == null) {
            circuit = new Circuit(board);
        }
        if (options.input()) {
            var input = circuit.input(number, options.pullOrOff());
            inputs.put(number, new InputLine(number, options, time, metrics, input, this::handOver));
        } else {
            var output = circuit.output(number, options.initialOrInactive() != options.activeLow());
            outputs.put(number, new OutputLine(number, options, time, metrics, output));
        }
    }

    private synchronized void takeAgain() {
        if (!closed) {
            hold(wanted, listeners);
        }
    }

    private boolean handOver(InputLine line, BoardInput.Change change) {
        boolean room = queue.offer(new Handed(line, change));
        wake();
        return room;
    }

    private void wake() {
        if (awake.compareAndSet(false, true)) {
            time.after(Duration.ZERO, this::makeEvents);
        }
    }

    /// On the timer thread only: that keeps events in order without a lock while they are handed on.
    private void makeEvents() {
        awake.set(false);
        var events = new ArrayList<EdgeTrigger.Delivery>();
        Intake to;
        synchronized (this) {
            to = intake;
            if (closed || to == null) {
                return;
            }
            collect(events);
        }
        for (var delivery : events) {
            try {
                to.accept(delivery.trigger(), delivery.event());
            } catch (IntakeFullException e) {
                delivery.dropped().increment();
            } catch (RuntimeException e) {
                delivery.dropped().increment();
                LOG.log(System.Logger.Level.ERROR, "an event for " + delivery.trigger() + " is lost", e);
            }
        }
    }

    private void collect(List<EdgeTrigger.Delivery> events) {
        inputs.values().forEach(line -> line.begin(events::add));
        for (int i = 0; i < BATCH && queue.poll() instanceof Handed handed; i++) {
            handed.line.change(handed.change, events::add);
        }
        if (!queue.isEmpty()) {
            wake();
            return;
        }
        long next = -1;
        for (var line : inputs.values()) {
            long wait = line.settle(events::add);
            next = next < 0 ? wait : wait < 0 ? next : Math.min(next, wait);
        }
        cancel(settling);
        settling = next < 0 ? null : time.after(Duration.ofNanos(next), this::makeEvents);
    }

    private static void cancel(Time.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
