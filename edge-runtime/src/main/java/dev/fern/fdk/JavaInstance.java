package dev.fern.fdk;

import dev.fern.Answer;
import dev.fern.Call;
import dev.fern.CallLog;
import dev.fern.FunctionRuntime;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Result;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One instance of a Java function.
final class JavaInstance implements FunctionRuntime.Instance {
    private final Scope scope;
    private final int answerBytes;
    private volatile @Nullable Code code;
    private volatile Bridge.@Nullable Instance function;

    JavaInstance(Code code, Scope scope, Bridge.Instance function, int answerBytes) {
        this.code = code;
        this.scope = scope;
        this.function = function;
        this.answerBytes = answerBytes;
    }

    @Override
    public Result call(Call call, Instant deadline, CallLog log) {
        var called = function;
        var loaded = code;
        if (called == null || loaded == null) {
            return new Result.FunctionError("the function was unloaded");
        }
        loaded.loader.scope(scope);
        try (var _ = scope.enter(loaded.loader, log)) {
            var reply = called.call(
                    () -> call.headers(deadline).asMap(),
                    call.event().data().bytes(),
                    call.id(),
                    deadline,
                    answerBytes);
            var result = result(reply);
            if (scope.leftovers().tooMany() || scope.requests().spoils(result)) {
                loaded.stop(scope);
            }
            return result;
        }
    }

    private Result result(Bridge.Reply reply) {
        var failure = reply.failure();
        if (failure != null) {
            Failure.trace(failure).forEach(scope.console()::line);
        }
        if (scope.end().hasCome()) {
            return new Result.FunctionError("the call was stopped");
        }
        if (scope.exited() instanceof String call) {
            return new Result.FunctionError("function called " + call);
        }
        if (failure != null) {
            return new Result.FunctionError(Failure.isInterrupt(failure) ? "interrupted" : Failure.message(failure));
        }
        if (reply.status() != 200) {
            return new Result.FunctionError("the function answered with status " + reply.status());
        }
        return new Result.Success(new Answer(Headers.of(reply.headers()), Payload.of(reply.body())));
    }

    @Override
    public void stop() {
        if (code instanceof Code used) {
            used.stop(scope);
        }
    }

    @Override
    public void hold(boolean wait) {
        scope.end().hold(wait);
    }

    /// After a call was stopped, this one or another of the same classes.
    @Override
    public boolean spent() {
        return code instanceof Code used && used.isSpoilt();
    }

    @Override
    public long[] threads() {
        return scope.leftovers().ids();
    }

    @Override
    public void close() {
        var used = code;
        function = null;
        code = null;
        if (used != null) {
            used.unused();
        }
    }
}
