package dev.fern.wasm;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.WasmException;
import com.dylibso.chicory.wasm.ChicoryException;
import dev.fern.Answer;
import dev.fern.Call;
import dev.fern.CallLog;
import dev.fern.Console;
import dev.fern.FunctionRuntime;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Result;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Runs the command once for each call. Between calls it keeps the engine's instance if that can be made
/// as new.
final class WasmInstance implements FunctionRuntime.Instance {
    private static final Headers PLAIN = Headers.of("Content-Type", "application/octet-stream");

    private final WasmProgram program;
    private final Console console;
    private final boolean cgi;
    private Code.@Nullable Running warm;
    private volatile @Nullable CommandRun current;
    private volatile boolean stopped;

    WasmInstance(WasmProgram program, LongAdder cut) {
        this.program = program;
        console = new Console(cut);
        cgi = Environment.isCgi(program.env());
    }

    @Override
    public Result call(Call call, Instant deadline, CallLog log) {
        var code = program.code();
        if (code == null || stopped) {
            return new Result.FunctionError("the function was unloaded");
        }
        var last = new LastLine(log);
        console.begin(last);
        var process = new CommandRun(
                program.args(),
                () -> Environment.of(program.env(), call, deadline),
                call.event().data().bytes(),
                console.err(),
                program.answerBytes());
        current = process;
        var failure = run(code);
        console.end();
        current = null;
        if (failure != null) {
            return new Result.FunctionError(last.reason(failure));
        }
        return answer(process.streams.answer());
    }

    private Result answer(byte[] output) {
        if (!cgi) {
            return new Result.Success(new Answer(PLAIN, Payload.of(output)));
        }
        var answer = CgiAnswer.parse(output);
        return answer == null
                ? new Result.FunctionError("the answer does not begin with fields and an empty line, as CGI demands")
                : new Result.Success(answer);
    }

    /// Runs the command to its end.
    ///
    /// @return what went wrong, or null
    private @Nullable String run(Code code) {
        var running = warm;
        warm = null;
        boolean asNew = false;
        try {
            if (running == null) {
                running = code.instantiate(this::process);
            }
            running.start();
            asNew = true;
            return null;
        } catch (Exit e) {
            asNew = true;
            return e.code == 0 ? null : e.getMessage();
        } catch (ChicoryInterruptedException e) {
            return "interrupted";
        } catch (ChicoryException | WasmException e) {
            return "trap: " + Traps.name(e);
        } catch (StackOverflowError e) {
            return "trap: call stack exhausted";
        } catch (OutOfMemoryError e) {
            return "trap: out of memory";
        } finally {
            if (running != null && asNew && code.limits().resettable()) {
                running.reset();
                warm = running;
            } else if (running != null) {
                running.discard();
            }
        }
    }

    private CommandRun process() {
        var process = current;
        if (process == null) {
            throw new IllegalStateException("no call is under way");
        }
        return process;
    }

    /// The interrupt that comes with it ends the function's own code.
    @Override
    public void stop() {
        stopped = true;
        if (current instanceof CommandRun process) {
            process.stop();
        }
    }

    @Override
    public void close() {
        warm = null;
        stopped = true;
    }

    /// Passes lines on, and keeps the last one that says something.
    private static final class LastLine implements CallLog {
        private static final int MOST_CHARS = 300;

        private final CallLog log;
        private String last = "";

        LastLine(CallLog log) {
            this.log = log;
        }

        @Override
        public void line(String text) {
            // Rust ends with a hint that helps nobody here
            if (!text.isBlank() && !text.startsWith("note: run with `RUST_BACKTRACE")) {
                last = text.strip();
            }
            log.line(text);
        }

        /// The last line with what ended the command.
        String reason(String failure) {
            var line = last.length() > MOST_CHARS ? last.substring(0, MOST_CHARS) + "..." : last;
            return line.isEmpty() ? failure : line + " (" + failure + ")";
        }
    }
}
