package dev.fern.webhook;

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

    /// One request to its end; waits.
    interface Request {
        /// @throws SinkException if the other side has not taken it
        void send() throws SinkException, InterruptedException;
    }

    private final Metrics metrics;
    private final String results;
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final Set<Thread> threads = new HashSet<>();
    private boolean closed;

    /// @param underWay the metric of how many there are
    /// @param results the metric of how they ended
    Requests(String underWay, String results, Metrics metrics) {
        this.metrics = metrics;
        this.results = results;
        metrics.gauge(this::size, underWay);
    }

    private synchronized int size() {
        return threads.size();
    }

    /// Completes when the other side has taken it.
    CompletionStage<Void> send(Request request) {
        var done = new CompletableFuture<Void>();
        var thread = Thread.ofVirtual().name("fern-webhook").unstarted(() -> run(request, done));
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(SinkException.away("Fern is stopping"));
            }
            threads.add(thread);
        }
        thread.start();
        return done;
    }

    private void run(Request request, CompletableFuture<Void> done) {
        SinkException fault;
        try {
            fault = send(request, places);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fault = SinkException.away("Fern is stopping");
        } catch (RuntimeException e) {
            fault = SinkException.later("sending failed inside Fern; please report this: " + e);
        }
        synchronized (this) {
            threads.remove(Thread.currentThread());
        }
        metrics.counter(results, "result", fault == null ? "ok" : "failed").increment();
        if (fault == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(fault);
        }
    }

    private static @Nullable SinkException send(Request request, Semaphore places) throws InterruptedException {
        places.acquire();
        try {
            request.send();
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
    }
}
