package dev.fern;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;

/// What the daemon counts. Names and labels as Prometheus has them (`fern_calls_total`, `fn`). Any thread.
public final class Metrics {
    /// A name with its labels, in the order of the labels' names.
    public record Series(String name, Map<String, String> labels) {}

    private static final String TOTAL = "_total";

    private final Map<Series, LongAdder> counters = new ConcurrentHashMap<>();
    private final Map<Series, DoubleSupplier> gauges = new ConcurrentHashMap<>();
    /// What a name is without `_total`, and whether it is a counter's: Prometheus has one kind for each.
    private final Map<String, Boolean> kinds = new ConcurrentHashMap<>();

    /// The counter of that name and these labels, given as name, value, name, value. Keep it: finding it costs.
    public LongAdder counter(String name, String... labels) {
        return counters.computeIfAbsent(series(name, labels), _ -> {
            claim(name.endsWith(TOTAL) ? name.substring(0, name.length() - TOTAL.length()) : name, true);
            return new LongAdder();
        });
    }

    private void claim(String name, boolean counter) {
        if (kinds.computeIfAbsent(name, _ -> counter) != counter) {
            throw new IllegalArgumentException(name + " is the name of a counter and of a gauge");
        }
    }

    /// Counts the bytes that Fern writes to its disk.
    ///
    /// @param what `calls`, `definitions`, `code` or `other`
    public LongAdder diskBytes(String what) {
        return counter("fern_disk_bytes_written_total", "what", what);
    }

    /// A value that is asked for when somebody looks; replaces the one of the same name and labels.
    public void gauge(DoubleSupplier value, String name, String... labels) {
        claim(name, false);
        gauges.put(series(name, labels), value);
    }

    public void forEachCounter(BiConsumer<Series, Long> action) {
        counters.forEach((series, adder) -> action.accept(series, adder.sum()));
    }

    public void forEachGauge(BiConsumer<Series, Double> action) {
        gauges.forEach((series, value) -> action.accept(series, value.getAsDouble()));
    }

    private static Series series(String name, String... labels) {
        var map = new TreeMap<String, String>();
        for (int i = 0; i + 1 < labels.length; i += 2) {
            map.put(labels[i], labels[i + 1]);
        }
        return new Series(name, map);
    }
}
