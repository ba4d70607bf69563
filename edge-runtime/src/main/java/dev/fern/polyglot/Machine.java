package dev.fern.polyglot;

import dev.fern.Call;
import dev.fern.CallLog;
import dev.fern.Console;
import dev.fern.Heap;
import dev.fern.InvalidDefinitionException;
import dev.fern.Result;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/// One context with what node has around it, and its event loop, which runs while the function is
/// loaded or called: between calls everything stands still, as in a container that Fn has frozen. One
/// thread at a time; only [#stop] and [#close] come from others.
final class Machine implements AutoCloseable {
    private static final double NOTHING_LEFT = -1;

    private final JavaScriptProgram program;
    private final Context context;
    private final Console console;
    private final Host host;
    private final Failure failure;
    private final Value load;
    private final Value answer;
    private final Value turn;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean spent;
    /// The thread that is in it, under the lock of this.
    private @Nullable Thread inside;

    Machine(JavaScriptProgram program, Context context) {
        this.program = program;
        this.context = context;
        console = new Console(program.bounds.cut());
        host = new Host(program, context, console, this::stop);
        failure = new Failure(program.script.path());
        try {
            var booted = host.own("boot").execute(host.functions(), host.names());
            load = booted.getMember("load");
            answer = booted.getMember("answer");
            turn = booted.getMember("turn");
        } catch (PolyglotException e) {
            context.close(true);
            throw new IllegalStateException("JavaScript could not be started: " + e.getMessage(), e);
        }
    }

    Console console() {
        return console;
    }

    Failure failure() {
        return failure;
    }

    /// Runs the script until it has called `fdk.handle`, or has nothing left to do. Throws a [Doomed.End] if it was
    /// stopped.
    void start() throws PolyglotException, InvalidDefinitionException {
        enter();
        try {
            load.executeVoid(program.script.path());
            boolean handled = runUntil(host::handled, Long.MAX_VALUE) && host.handled();
            if (handled && host.exited() == null) {
                return;
            }
            if (stopped.getCount() == 0 && host.exited() == null) {
                throw new Doomed.End();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InvalidDefinitionException("the loading was interrupted", "deploy it again");
        } catch (PolyglotException | Doomed.End e) {
            if (host.exited() == null) {
                throw e;
            }
        } finally {
            leave();
        }
        throw host.exited() instanceof String call
                ? new InvalidDefinitionException(
                        program.script.path() + " called " + call + " when it was loaded",
                        "correct it and deploy again")
                : new InvalidDefinitionException(
                        program.script.path() + " never calls fdk.handle, so it has no handler",
                        "end it with fdk.handle(function (input, context) { ... }) and deploy again");
    }

    Result call(Call call, Instant deadline, CallLog log) throws InterruptedException {
        long end = System.nanoTime() + program.fn.timeout().toNanos();
        console.begin(log);
        enter();
        var reply = host.begin(call.event().data());
        try {
            answer.executeVoid(call.headers(deadline).isEmpty() ? "" : Host.fields(call.headers(deadline)));
            if (!runUntil(reply::done, end)) {
                spent = true;
                return stopped.getCount() == 0
                        ? new Result.FunctionError("it was stopped")
                        : new Result.TimedOut(program.fn.timeout());
            }
            var result = result(reply);
            if (host.requests().spoils(result)) {
                spent = true;
            }
            return result;
        } catch (PolyglotException e) {
            spent = true;
            return failed(reply, e);
        } catch (Doomed.End e) {
            return stopped();
        } finally {
            leave();
            console.end();
        }
    }

    private Result stopped() {
        return new Result.FunctionError(
                host.exited() instanceof String call ? "function called " + call : "it was stopped");
    }

    private synchronized void enter() {
        inside = Thread.currentThread();
        if (stopped.getCount() == 0) {
            Doomed.add(inside);
        }
    }

    private synchronized void leave() {
        Doomed.remove(Thread.currentThread());
        inside = null;
    }

    private Result result(Reply reply) {
        if (host.exited() instanceof String call) {
            spent = true;
            return new Result.FunctionError("function called " + call);
        }
        return reply.result();
    }

    /// In a process of its own it would have ended that.
    private Result failed(Reply reply, PolyglotException thrown) {
        if (thrown.isCancelled() || stopped.getCount() == 0) {
            return stopped();
        }
        try {
            Failure.trace(thrown).forEach(console::line);
            return reply.done() ? reply.result() : new Result.FunctionError(Failure.message(thrown));
        } catch (PolyglotException e) { // its stack is the function's own, and it may have been stopped meanwhile
            return new Result.FunctionError(e.isCancelled() ? "it was stopped" : Failure.message(thrown));
        }
    }

    /// Takes turns of the event loop.
    ///
    /// @param end by [System#nanoTime]
    /// @return false if it was stopped or the time is over
    private boolean runUntil(BooleanSupplier done, long end) throws InterruptedException {
        while (!done.getAsBoolean() && host.exited() == null) {
            double waitMs = turn.execute().asDouble();
            long left = end - System.nanoTime();
            if (done.getAsBoolean() || waitMs == 0) {
                continue;
            }
            if (waitMs == NOTHING_LEFT && end == Long.MAX_VALUE) {
                return true; // nobody will ever be called again
            }
            long wait = waitMs < 0 ? left : Math.min(left, (long) (waitMs * 1e6) + 1);
            if (left <= 0 || stopped.await(wait, TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        return true;
    }

    /// Ends whatever runs in it. Any thread; does not wait.
    void stop() {
        spent = true;
        stopped.countDown();
        synchronized (this) {
            if (inside != null) {
                Doomed.add(inside);
            }
        }
        // closing waits for the thread that it stops, which may have all the memory there is
        Thread.ofPlatform().name("fern-js-stop").daemon(true).start(() -> Heap.inSpite(this::close));
    }

    boolean spent() {
        return spent;
    }

    /// Ends whatever runs in it, waits for that, and frees the memory.
    @Override
    public void close() {
        spent = true;
        try {
            context.close(true);
        } catch (PolyglotException e) {
            if (!e.isCancelled() && !e.isExit()) {
                throw e;
            }
        }
    }
}
