package dev.fern.dispatch;

import dev.fern.FnName;
import dev.fern.Metrics;
import dev.fern.Status;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// How the calls of each function ended since the start.
final class Stats {
    /// One function's.
    static final class Counts {
        private final LongAdder ok;
        private final LongAdder failed;
        private final LongAdder dead;
        private final LongAdder refused;
        private volatile @Nullable String failure;

        private Counts(LongAdder ok, LongAdder failed, LongAdder dead, LongAdder refused) {
            this.ok = ok;
            this.failed = failed;
            this.dead = dead;
            this.refused = refused;
        }

        void succeeded() {
            ok.increment();
            if (failure != null) {
                failure = null;
            }
        }

        void failed(String why) {
            failed.increment();
            failure = why;
        }

        void died() {
            dead.increment();
        }

        void refused() {
            refused.increment();
        }

        Status.Calls calls(int running) {
            return new Status.Calls(ok.sum(), failed.sum(), dead.sum(), running, failure);
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
