package dev.fern.process;

import dev.fern.Answer;
import dev.fern.Call;
import dev.fern.CallLog;
import dev.fern.Console;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Result;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// One process of a function, from its start to its end.
final class ProcessInstance implements FunctionRuntime.Instance {
    /// How long a process may take to make its socket, as on an Fn server (FN_HOT_START_TIMEOUT_MSECS).
    static final Duration SOCKET = Duration.ofSeconds(5);
    /// How long a killed process may take to be gone.
    static final Duration END = Duration.ofSeconds(5);

    private static final long LOOK_MS = 5;
    private static final int MOST_CHARS = 300;
    private static final Set<String> NOT_ANSWER = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private static final System.Logger LOG = System.getLogger("fern.process");

    static {
        NOT_ANSWER.addAll(Set.of(
                "connection", "keep-alive", "transfer-encoding", "content-length", "date", "trailer", "upgrade"));
    }

    private final Fn fn;
    private final Launcher.Child child;
    private final Console console;
    private final Pump pump;
    private final FdkSocket socket;
    private final Metrics metrics;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile boolean spent;

    ProcessInstance(Fn fn, Launcher.Child child, Console console, int answerBytes, Metrics metrics) {
        this.fn = fn;
        this.child = child;
        this.console = console;
        this.metrics = metrics;
        pump = new Pump(fn.name().toString(), child.output(), console);
        socket = new FdkSocket(child.sockets(), answerBytes);
    }

    /// Waits until the function listens.
    ///
    /// @throws InvalidDefinitionException why it does not; it is closed then
    void awaitSocket() throws InvalidDefinitionException {
        try {
            long until = System.nanoTime() + SOCKET.toNanos();
            while (!socket.connect()) {
                if (child.exit().isPresent()) {
                    throw failed(ending(fn.name() + " ended before it listened"), "look at what it prints");
                }
                if (System.nanoTime() > until) {
                    throw failed(
                            fn.name() + " did not make its socket within " + SOCKET.toSeconds() + " s",
                            "let it start quicker, and use a recent FDK");
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
            child.busy(false);
        } catch (IOException e) {
            throw failed(fn.name() + " cannot be called: " + e.getMessage(), "use a recent FDK");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("the start of " + fn.name() + " was interrupted", "call it again");
        }
    }

    /// Ends it; what it has printed goes to the daemon's log, as there is no call that it belongs to.
    private InvalidDefinitionException failed(String why, String whatToDo) {
        close();
        var printed = console.takeHeld();
        LOG.log(System.Logger.Level.INFO, () -> why + (printed.isEmpty() ? "" : ":\n" + String.join("\n", printed)));
        var last = printed.stream().filter(line -> !line.isBlank()).toList();
        return new InvalidDefinitionException(
                last.isEmpty()
                        ? why
                        : why + "; its last words: " + cut(last.getLast().strip()),
                whatToDo);
    }

    @Override
    public Result call(Call call, Instant deadline, CallLog log) throws InterruptedException {
        console.begin(log);
        child.busy(true);
        try {
            var reply = socket.call(call.headers(deadline), call.event().data().bytes());
            return result(reply);
        } catch (ReplyReader.BadReplyException e) {
            return broken("answer", fn.name() + " was stopped: " + e.getMessage());
        } catch (ClosedByInterruptException e) {
            overrun(); // the interrupt that comes with a stop may be quicker than the stop itself
            throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
        } catch (IOException e) {
            return broken("broken", ending(fn.name() + " broke off the call"));
        } finally {
            child.busy(false);
        }
    }

    private Result result(Reply reply) {
        return switch (reply.status()) {
            case 200 -> new Result.Success(new Answer(answer(reply.headers()), Payload.of(reply.body())));
            case 502 -> new Result.FunctionError("the function failed" + said(reply.body()));
            case 504 -> new Result.TimedOut(fn.timeout());
            default ->
                broken(
                        "answer",
                        fn.name() + " was stopped: it answered with status " + reply.status()
                                + ", and an FDK says 200, 502 or 504");
        };
    }

    private static Headers answer(Headers headers) {
        var answer = Headers.builder();
        headers.forEach((name, value) -> {
            if (!NOT_ANSWER.contains(name)) {
                answer.add(name, value);
            }
        });
        return answer.build();
    }

    private static String said(byte[] body) {
        var text = new String(body, 0, Math.min(body.length, 4 * MOST_CHARS), StandardCharsets.UTF_8);
        var plain = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return plain.isEmpty() ? "" : ": " + cut(plain);
    }

    private static String cut(String text) {
        return text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) + "..." : text;
    }

    /// The process is of no use any more.
    private Result broken(String reason, String why) {
        spent = true;
        if (child.guarded() == null && !stopped.get()) {
            metrics.counter("fern_process_kills_total", "reason", reason).increment();
        }
        child.kill();
        return new Result.FunctionError(why);
    }

    /// What happened, with the exit status if it has ended by itself, or why it was killed.
    private String ending(String what) {
        long until = System.nanoTime() + 1_000_000_000L;
        while (child.guarded() == null && child.exit().isEmpty() && System.nanoTime() < until) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return what;
            }
        }
        if (child.guarded() instanceof String why) {
            return fn.name() + " was stopped: " + why;
        }
        int status = child.exit().orElse(-1);
        if (status < 0) {
            return what;
        }
        return what + ": " + (status > 128 ? "signal " + (status - 128) + " ended it" : "its exit status is " + status);
    }

    @Override
    public void stop() {
        overrun();
        child.kill();
        socket.close();
    }

    private void overrun() {
        spent = true;
        if (stopped.compareAndSet(false, true)) {
            metrics.counter("fern_process_kills_total", "reason", "timeout").increment();
        }
    }

    @Override
    public boolean spent() {
        return spent || child.exit().isPresent();
    }

    @Override
    public void close() {
        spent = true;
        socket.close();
        child.kill();
        if (!child.end(END)) {
            LOG.log(System.Logger.Level.WARNING, "a process of {0} did not end when killed", fn.name());
        }
        pump.close();
    }
}
