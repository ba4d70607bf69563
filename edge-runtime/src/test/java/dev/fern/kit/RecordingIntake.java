package dev.fern.kit;

import dev.fern.Answer;
import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Intake;
import dev.fern.IntakeFullException;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// An intake that keeps what it was given, in place of the dispatcher. The test says when each call is done.
public final class RecordingIntake implements Intake {
    /// What came in, and the handle to say that it is done.
    public record Accepted(
            Trigger trigger, Event event, CompletableFuture<Void> done, AtomicBoolean kept, AtomicBoolean withdrawn)
            implements Receipt {
        @Override
        public void keep() {
            kept.set(true);
            done.complete(null);
        }

        @Override
        public void withdraw() {
            withdrawn.set(true);
        }
    }

    private final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();
    private volatile boolean full;
    private volatile boolean doneAtOnce = true;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile Result answer = new Result.Success(new Answer(Headers.NONE, Payload.of("ok")));

    /// Whether calls are done as soon as they come in; true unless told.
    public void doneAtOnce(boolean atOnce) {
        doneAtOnce = atOnce;
    }

    public void full(boolean isFull) {
        full = isFull;
    }

    /// What [#invoke] waits for before it answers.
    public void before(CountDownLatch latch) {
        gate = latch;
    }

    /// What [#invoke] answers.
    public void answer(Result result) {
        answer = result;
    }

    @Override
    public Receipt accept(Trigger trigger, Event event) throws IntakeFullException {
        if (full) {
            throw new IntakeFullException("full", Duration.ofMillis(50));
        }
        var call = new Accepted(trigger, event, new CompletableFuture<>(), new AtomicBoolean(), new AtomicBoolean());
        if (doneAtOnce) {
            call.done.complete(null);
        }
        accepted.add(call);
        return call;
    }

    @Override
    public Result invoke(Trigger trigger, Event event) throws InterruptedException {
        accepted.add(new Accepted(
                trigger, event, CompletableFuture.completedFuture(null), new AtomicBoolean(), new AtomicBoolean()));
        gate.await();
        return answer;
    }

    /// The next one, waited for up to 10 s.
    public Accepted next() throws InterruptedException {
        var next = accepted.poll(60, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no event within 10 s");
        }
        return next;
    }

    /// All that came in and were not asked for yet.
    public List<Accepted> rest() {
        var rest = new ArrayList<Accepted>();
        accepted.drainTo(rest);
        return rest;
    }

    /// For type safety in tests that hold a stage.
    public static boolean isDone(CompletionStage<Void> stage) {
        return stage.toCompletableFuture().isDone();
    }
}
