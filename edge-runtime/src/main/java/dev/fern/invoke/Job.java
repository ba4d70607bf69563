package dev.fern.invoke;

import dev.fern.Call;
import dev.fern.Result;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// One call on its way through the invoker. It ends exactly once: by its worker, or by the watchdog.
final class Job {
    final Call call;
    private final Consumer<Result> done;
    private final AtomicBoolean ended = new AtomicBoolean();

    Job(Call call, Consumer<Result> done) {
        this.call = call;
        this.done = done;
    }

    boolean is(Call other) {
        return call.id().equals(other.id());
    }

    /// Tells the caller, if nobody has yet.
    ///
    /// @return false if it had ended before
    boolean end(Result result) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        done.accept(result);
        return true;
    }
}
