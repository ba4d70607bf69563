package dev.fern.dispatch;

import dev.fern.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Calls that stepped aside, by the time they are due again. Those on disk take a few bytes here. Any thread.
final class Later {
    /// @param item the call if it is nowhere else, null if it is read from disk when due
    record Due(long nanos, long seq, @Nullable Item item) {}

    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::seq));
    private final Time time;
    private final Consumer<Due> action;
    private Time.@Nullable Timer timer;
    private long timerNanos;

    /// @param action gets what is due, on the timer thread
    Later(Time time, Consumer<Due> action) {
        this.time = time;
        this.action = action;
    }

    synchronized void add(Duration delay, long seq, @Nullable Item item) {
        queue.add(new Due(time.nanos() + delay.toNanos(), seq, item));
        arm();
    }

    synchronized int size() {
        return queue.size();
    }

    private void arm() {
        var first = queue.peek();
        if (first == null || (timer != null && timerNanos <= first.nanos)) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        timerNanos = first.nanos;
        timer = time.after(Duration.ofNanos(Math.max(0, first.nanos - time.nanos())), this::fire);
    }

    private void fire() {
        List<Due> due = new ArrayList<>();
        synchronized (this) {
            timer = null;
            while (queue.peek() instanceof Due first && first.nanos <= time.nanos()) {
                due.add(queue.remove());
            }
            arm();
        }
        due.forEach(action);
    }
}
