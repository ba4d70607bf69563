package dev.fern.webhook;

import dev.fern.Durations;
import dev.fern.Event;
import dev.fern.Metrics;
import dev.fern.SinkException;
import dev.fern.Time;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Messages that wait for their request, a queue for each target: within one they go out one after the other, in
/// order; of all targets a few at once. A queue lives, with a thread of its own, while there is something in it.
final class Queues implements AutoCloseable {
    private static final int AT_ONCE = 8;
    private static final int MOST = 1000;
    private static final long MOST_BYTES = 4L << 20;

    private record Waiting(Event event, Destination destination, long since, CompletableFuture<Void> done) {}

    private final Poster poster;
    private final Time time;
    private final Metrics metrics;
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final Map<String, ArrayDeque<Waiting>> queues = new HashMap<>();
    private final Set<Thread> threads = new HashSet<>();
    private int size;
    private long bytes;
    private boolean closed;

    Queues(Poster poster, Time time, Metrics metrics) {
        this.poster = poster;
        this.time = time;
        this.metrics = metrics;
        metrics.gauge(this::size, "fern_webhook_waiting");
    }

    private synchronized int size() {
        return size;
    }

    /// Completes when the other side has taken it. Fails at once if there is no room.
    ///
    /// @param target whose messages stay in order
    CompletionStage<Void> add(String target, Event event, Destination destination) {
        var waiting = new Waiting(event, destination, time.nanos(), new CompletableFuture<>());
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(SinkException.later("Fern is stopping"));
            }
            if (size >= MOST || bytes + event.size() > MOST_BYTES) {
                return CompletableFuture.failedFuture(SinkException.later(size + " messages with " + (bytes >> 10)
                        + " KB wait for http targets already; that is the limit"));
            }
            size++;
            bytes += event.size();
            var queue = queues.get(target);
            if (queue == null) {
                queue = new ArrayDeque<>();
                queues.put(target, queue);
                var thread = Thread.ofVirtual().name("fern-webhook " + target).unstarted(() -> run(target));
                threads.add(thread);
                queue.add(waiting);
                thread.start();
            } else {
                queue.add(waiting);
            }
        }
        return waiting.done;
    }

    private void run(String target) {
        while (next(target) instanceof Waiting waiting) {
            SinkException fault;
            try {
                fault = post(waiting);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                fault = SinkException.later("Fern is stopping");
            } catch (RuntimeException e) {
                fault = SinkException.later("sending failed inside Fern; please report this: " + e);
            }
            ended(waiting, fault);
        }
    }

    /// The next one, which leaves the queue; null at its end, which is the end of the queue and of its thread.
    private synchronized @Nullable Waiting next(String target) {
        var queue = queues.get(target);
        var waiting = queue == null ? null : queue.poll();
        if (waiting == null) {
            queues.remove(target);
            threads.remove(Thread.currentThread());
        }
        return waiting;
    }

    private @Nullable SinkException post(Waiting waiting) throws InterruptedException {
        places.acquire();
        try {
            var expiry = waiting.destination.expiry();
            if (expiry != null && time.nanos() - waiting.since > expiry.toNanos()) {
                return SinkException.never("it has waited longer than " + Durations.text(expiry));
            }
            poster.post(waiting.event, waiting.destination);
            return null;
        } catch (SinkException e) {
            return e;
        } finally {
            places.release();
        }
    }

    private void ended(Waiting waiting, @Nullable SinkException fault) {
        synchronized (this) {
            size--;
            bytes -= waiting.event.size();
        }
        metrics.counter("fern_webhook_requests_total", "result", fault == null ? "ok" : "failed")
                .increment();
        if (fault == null) {
            waiting.done.complete(null);
        } else {
            waiting.done.completeExceptionally(fault);
        }
    }

    /// Ends what is under way; all that waits fails, to be sent another time.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            threads.forEach(Thread::interrupt);
        }
        poster.close();
    }
}
