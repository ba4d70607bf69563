package dev.fern.gpio;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Time;
import dev.fern.Trigger;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One trigger on an input line: turns the wire's levels into the events it asked for. Guarded by the adapter's lock.
final class EdgeTrigger {
    /// An event on its way.
    ///
    /// @param dropped counts it if there is no room for it
    record Delivery(Trigger trigger, Event event, LongAdder dropped) {}

    private final Trigger trigger;
    private final Pins.Input pin;
    private final String source;
    private final LongAdder dropped;
    private final EdgeDetector detector;
    private EdgeDetector.@Nullable Edge first;

    /// @param wireHigh the level at the beginning; an event only with `at-start=true`
    EdgeTrigger(
            Trigger trigger, Pins.Input pin, String device, LongAdder dropped, boolean wireHigh, long nanos, long seq) {
        this.trigger = trigger;
        this.pin = pin;
        this.dropped = dropped;
        source = path("/fern/" + device + "/gpio/" + trigger.address());
        detector = new EdgeDetector(pin.debounce(), logical(wireHigh));
        first = pin.atStart() ? new EdgeDetector.Edge(logical(wireHigh), nanos, seq) : null;
    }

    Pins.Input pin() {
        return pin;
    }

    /// Tells of the level at the beginning, if that is still to be told.
    void begin(Time time, Consumer<Delivery> out) {
        tell(first, time, out);
        first = null;
    }

    /// The wire's level changed.
    void change(boolean wireHigh, long nanos, long seq, Time time, Consumer<Delivery> out) {
        tell(detector.change(logical(wireHigh), nanos, seq), time, out);
    }

    /// Time passed.
    ///
    /// @return nanoseconds until it must be called again, or -1
    long settle(Time time, Consumer<Delivery> out) {
        long now = time.nanos();
        tell(detector.settle(now), time, out);
        return detector.waitNanos(now);
    }

    /// The wire has this level from now on, and nobody is told.
    void reset(boolean wireHigh) {
        detector.reset(logical(wireHigh));
    }

    /// So many changes never arrived.
    void lost(long changes) {
        dropped.add(changes);
    }

    private boolean logical(boolean wireHigh) {
        return wireHigh != pin.wired().activeLow();
    }

    private void tell(EdgeDetector.@Nullable Edge edge, Time time, Consumer<Delivery> out) {
        if (edge != null && (edge.high() ? pin.rising() : pin.falling())) {
            out.accept(new Delivery(trigger, event(edge, time), dropped));
        }
    }

    private Event event(EdgeDetector.Edge edge, Time time) {
        var at = time.now().minusNanos(time.nanos() - edge.nanos());
        var data = "{\"pin\":" + pin.line()
                + ",\"edge\":\"" + (edge.high() ? "rising" : "falling")
                + "\",\"state\":\"" + (edge.high() ? "high" : "low")
                + "\",\"at\":\"" + at
                + "\",\"seq\":" + edge.seq() + "}";
        return Event.of(
                source, Event.GPIO_EDGE, trigger.address(), at, "application/json", Headers.NONE, Payload.of(data));
    }

    // Line names of real boards have brackets and blanks; a CloudEvent's source is a URI-reference.
    private static String path(String text) {
        try {
            return new URI(null, null, text, null).getRawPath();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
