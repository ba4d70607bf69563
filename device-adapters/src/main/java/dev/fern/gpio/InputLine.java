package dev.fern.gpio;

import com.pi4j.io.gpio.digital.DigitalInput;
import dev.fern.Metrics;
import dev.fern.Time;
import dev.fern.Trigger;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/// An input line that is held, and the triggers that listen to it. Guarded by the adapter's lock, but for
/// what Pi4J calls.
final class InputLine {
    private final int number;
    private final Time time;
    private final Metrics metrics;
    private final DigitalInput input;
    private LineOptions options;
    private final Map<Trigger, EdgeTrigger> triggers = new LinkedHashMap<>();
    private final AtomicLong lost = new AtomicLong();
    private volatile boolean high;
    private volatile long seq;
    private long silentSeq;

    /// @param handOver takes each change to the adapter; false if there is no room
    InputLine(
            int number,
            LineOptions options,
            Time time,
            Metrics metrics,
            DigitalInput input,
            BiPredicate<InputLine, BoardInput.Change> handOver) {
        this.number = number;
        this.options = options;
        this.time = time;
        this.metrics = metrics;
        this.input = input;
        input.addListener(event -> {
            if (event instanceof BoardInput.Change change) {
                high = change.high();
                // the board counts what it had no room for
                long missing = change.seq() - seq - 1;
                seq = change.seq();
                if (missing > 0) {
                    lost.addAndGet(missing);
                }
                if (!handOver.test(this, change)) {
                    lost.incrementAndGet();
                }
            }
        });
        high = input.isHigh();
        metrics.gauge(() -> high ? 1 : 0, Lines.LEVEL, "line", String.valueOf(number));
    }

    int number() {
        return number;
    }

    LineOptions options() {
        return options;
    }

    boolean wireHigh() {
        return high;
    }

    /// From now on exactly these listen. One that did so before is not disturbed.
    void listen(LineOptions said, Map<Trigger, Pins.Input> wanted, String device) {
        options = said;
        triggers.keySet().retainAll(wanted.keySet());
        wanted.forEach((trigger, pin) -> triggers.computeIfAbsent(
                trigger,
                _ -> new EdgeTrigger(
                        trigger,
                        pin,
                        device,
                        metrics.counter(Lines.DROPPED, "trigger", trigger.lane()),
                        high,
                        time.nanos(),
                        seq)));
        // more than the least of them want is theirs to wait for
        var least = wanted.values().stream()
                .map(Pins.Input::debounce)
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
        if (input instanceof BoardInput line) {
            line.debounce(least);
        }
    }

    /// Tells new triggers of the level, where they want it.
    void begin(Consumer<EdgeTrigger.Delivery> out) {
        triggers.values().forEach(trigger -> trigger.begin(time, out));
    }

    /// A change that was handed over.
    void change(BoardInput.Change change, Consumer<EdgeTrigger.Delivery> out) {
        for (var trigger : triggers.values()) {
            if (change.seq() == silentSeq) {
                trigger.reset(change.high());
            } else {
                trigger.change(change.high(), change.nanos(), change.seq(), time, out);
            }
        }
    }

    /// All changes that were handed over are through, and time passed. Finds out the level if some were lost.
    ///
    /// @return nanoseconds until it must be called again, or -1
    long settle(Consumer<EdgeTrigger.Delivery> out) {
        long gone = lost.getAndSet(0);
        long next = -1;
        for (var trigger : triggers.values()) {
            if (gone > 0) {
                trigger.lost(gone);
                trigger.change(high, time.nanos(), seq, time, out);
            }
            long wait = trigger.settle(time, out);
            next = next < 0 ? wait : wait < 0 ? next : Math.min(next, wait);
        }
        return next;
    }

    /// The change with that number is to be no event.
    void silence(long change) {
        silentSeq = change;
    }

    Duration longestDebounce() {
        return triggers.values().stream()
                .map(trigger -> trigger.pin().debounce())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /// Gives the line back.
    void release() {
        triggers.clear();
        input.close();
        metrics.gauge(() -> Double.NaN, Lines.LEVEL, "line", String.valueOf(number));
    }
}
