package dev.fern.kit;

import dev.fern.Event;
import dev.fern.Sink;
import dev.fern.SinkException;
import dev.fern.Target;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A sink that keeps what it was sent. The test says how it ends.
public final class RecordingSink implements Sink {
    /// What was sent where.
    public record Sent(Event event, Target target, CompletableFuture<Void> done) {
        public String text() {
            return event.data().text();
        }
    }

    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private volatile boolean doneAtOnce = true;
    private volatile @Nullable SinkException failure;

    /// Whether sending succeeds at once; true unless told.
    public void doneAtOnce(boolean atOnce) {
        doneAtOnce = atOnce;
    }

    /// From now on sending fails so; null: no more.
    public void failWith(@Nullable SinkException with) {
        failure = with;
    }

    public List<Sent> sent() {
        return sent;
    }

    public List<String> texts() {
        return sent.stream().map(Sent::text).toList();
    }

    @Override
    public CompletionStage<Void> send(Event event, Target target) {
        var done = new CompletableFuture<Void>();
        var failing = failure;
        sent.add(new Sent(event, target, done));
        if (failing != null) {
            done.completeExceptionally(failing);
        } else if (doneAtOnce) {
            done.complete(null);
        }
        return done;
    }

    @Override
    public boolean repeatable(Event event, Target target) {
        return target.options().text("pulse") == null;
    }
}
