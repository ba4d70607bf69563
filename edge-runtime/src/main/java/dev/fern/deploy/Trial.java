package dev.fern.deploy;

import dev.fern.Result;
import dev.fern.Rollback;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// The first calls of a new version, and whether too many of them fail. A call that is tried again counts once, as it
/// ended first: one message that no version can take shall not bring a good one down. Any thread.
final class Trial implements BiConsumer<String, Result> {
    private final Rollback rule;
    private final Consumer<String> failed;
    private final Runnable passed;
    private final Set<String> calls = new HashSet<>();
    private int errors;
    private boolean over;

    /// @param failed hears why, once
    /// @param passed runs when all calls of the rule are over
    Trial(Rollback rule, Consumer<String> failed, Runnable passed) {
        this.rule = rule;
        this.failed = failed;
        this.passed = passed;
    }

    /// A call with that id has ended.
    @Override
    public synchronized void accept(String call, Result result) {
        if (over || result instanceof Result.Unavailable || !calls.add(call)) {
            return;
        }
        if (!(result instanceof Result.Success)) {
            errors++;
        }
        if (errors >= rule.errors()) {
            over = true;
            failed.accept(errors + " of its first " + calls.size() + " calls failed, the last with: " + reason(result));
        } else if (calls.size() >= rule.calls()) {
            over = true;
            passed.run();
        }
    }

    private static String reason(Result result) {
        return switch (result) {
            case Result.FunctionError(var message) -> message;
            case Result.TimedOut(var limit) -> "it took longer than " + limit.toSeconds() + " s";
            case Result.Unavailable unavailable -> unavailable.reason();
            case Result.Success _ -> "nothing";
        };
    }
}
