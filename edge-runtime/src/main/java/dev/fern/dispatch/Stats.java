package dev.fern.dispatch;

import dev.fern.FnName;
import dev.fern.Metrics;
import dev.fern.Status;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// How the calls of each function ended since the start.
final class Stats {
    /// One function's.
    record Counts(LongAdder ok, LongAdder failed, LongAdder dead, LongAdder dropped) {
        Status.Calls calls(int running) {
            return new Status.Calls(ok.sum(), failed.sum(), dead.sum(), running);
        }
    }

    private final Map<FnName, Counts> all = new ConcurrentHashMap<>();
    private final Metrics metrics;

    Stats(Metrics metrics) {
        this.metrics = metrics;
    }

    Counts of(FnName fn) {
        var counts = all.get(fn);
        return counts != null ? counts : all.computeIfAbsent(fn, this::create);
    }

    private Counts create(FnName fn) {
        return new Counts(counter(fn, "ok"), counter(fn, "failed"), counter(fn, "dead"), counter(fn, "refused"));
    }

    private LongAdder counter(FnName fn, String result) {
        return metrics.counter("fern_calls_total", "app", fn.app(), "fn", fn.name(), "result", result);
    }
}
