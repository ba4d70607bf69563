package dev.fern.webhook;

import dev.fern.Event;
import dev.fern.Metrics;
import dev.fern.SinkException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Requests under way, each on a thread of its own; a few at once, the others wait. There is never more than one for
/// each target.
final class Requests implements AutoCloseable {
    private static final int AT_ONCE = 8;

    private final Poster poster;
    private final Metrics metrics;
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final Set<Thread> threads = new HashSet<>();
    private boolean closed;

    Requests(Poster poster, Metrics metrics) {
        this.poster = poster;
        this.metrics = metrics;
        metrics.gauge(this::size, "fern_webhook_under_way");
    }

    private synchronized int size() {
        return threads.size();
    }

    /// Completes when the other side has taken it.
    CompletionStage<Void> send(Event event, Destination destination) {
        var done = new CompletableFuture<Void>();
        var thread = Thread.ofVirtual().name("fern-webhook").unstarted(() -> run(event, destination, done));
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(SinkException.away("Fern is stopping"));
            }
            threads.add(thread);
        }
        thread.start();
        return done;
    }

    private void run(Event event, Destination destination, CompletableFuture<Void> done) {
        SinkException fault;
        try {
            fault = post(event, destination);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fault = SinkException.away("Fern is stopping");
        } catch (RuntimeException e) {
            fault = SinkException.later("sending failed inside Fern; please report this: " + e);
        }
        synchronized (this) {
            threads.remove(Thread.currentThread());
        }
        metrics.counter("fern_webhook_requests_total", "result", fault == null ? "ok" : "failed")
                .increment();
        if (fault == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(fault);
        }
    }

    private @Nullable SinkException post(Event event, Destination destination) throws InterruptedException {
        places.acquire();
        try {
            poster.post(event, destination);
            return null;
        } catch (SinkException e) {
            return e;
        } finally {
            places.release();
        }
    }

    /// Ends what is under way, to be sent another time.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            threads.forEach(Thread::interrupt);
        }
        poster.close();
    }
}
