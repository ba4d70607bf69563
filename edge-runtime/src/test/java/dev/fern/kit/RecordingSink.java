package dev.fern.kit;

import dev.fern.Event;
import dev.fern.Sink;
import dev.fern.SinkException;
import dev.fern.Target;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
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
    private volatile Function<Sent, @Nullable SinkException> failures = _ -> null;
    private volatile int atOnce = 64;

    /// Whether sending succeeds at once; true unless told.
    public void doneAtOnce(boolean atOnce) {
        doneAtOnce = atOnce;
    }

    /// From now on sending fails so.
    public void failWith(SinkException with) {
        failures = _ -> with;
    }

    /// It fails no more.
    public void succeed() {
        failures = _ -> null;
    }

    /// From now on what is sent fails as this says, or not if it says null.
    public void failWith(Function<Sent, @Nullable SinkException> with) {
        failures = with;
    }

    /// How many it takes at once; 64 unless told.
    public void atOnce(int most) {
        atOnce = most;
    }

    @Override
    public int atOnce() {
        return atOnce;
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
        var one = new Sent(event, target, done);
        var failing = failures.apply(one);
        sent.add(one);
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
