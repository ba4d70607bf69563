package dev.fern.http;

import dev.fern.Metrics;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// What the daemon counts, and what the process uses, in Prometheus' text format 0.0.4.
final class Exposition {
    private static final String TOTAL = "_total";
    private static final Path SELF = Path.of("/proc/self/status");

    private Exposition() {}

    /// Adds memory, threads and run time of this process. The kernel counts memory and threads; where there is no
    /// Linux those two are left out.
    static void addProcess(Metrics metrics) {
        var runtime = Runtime.getRuntime();
        metrics.gauge(() -> runtime.totalMemory() - runtime.freeMemory(), "jvm_memory_used_bytes", "area", "heap");
        metrics.gauge(runtime::totalMemory, "jvm_memory_committed_bytes", "area", "heap");
        metrics.gauge(runtime::maxMemory, "jvm_memory_max_bytes", "area", "heap");
        var info = ProcessHandle.current().info();
        info.startInstant()
                .ifPresent(start -> metrics.gauge(() -> start.toEpochMilli() / 1000.0, "process_start_time_seconds"));
        metrics.gauge(
                () -> ProcessHandle.current()
                                .info()
                                .totalCpuDuration()
                                .orElse(Duration.ZERO)
                                .toMillis()
                        / 1000.0,
                "process_cpu_seconds");
        if (Files.isReadable(SELF)) {
            metrics.gauge(() -> 1024.0 * self("VmRSS:"), "process_resident_memory_bytes");
            metrics.gauge(() -> self("Threads:"), "process_threads");
        }
    }

    private static double self(String field) {
        try (var lines = Files.lines(SELF)) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToDouble(line -> Double.parseDouble(
                            line.substring(field.length()).replace("kB", "").strip()))
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    static byte[] write(Metrics metrics) throws IOException {
        var counters = new TreeMap<String, CounterSnapshot.Builder>();
        metrics.forEachCounter((series, value) -> {
            var name = series.name();
            var base = name.endsWith(TOTAL) ? name.substring(0, name.length() - TOTAL.length()) : name;
            counters.computeIfAbsent(base, _ -> CounterSnapshot.builder().name(base))
                    .dataPoint(CounterDataPointSnapshot.builder()
                            .labels(labels(series.labels()))
                            .value(value)
                            .build());
        });
        var gauges = new TreeMap<String, GaugeSnapshot.Builder>();
        metrics.forEachGauge((series, value) -> gauges.computeIfAbsent(
                        series.name(), _ -> GaugeSnapshot.builder().name(series.name()))
                .dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(labels(series.labels()))
                        .value(value)
                        .build()));
        var all = MetricSnapshots.builder();
        counters.values().forEach(counter -> all.metricSnapshot(counter.build()));
        gauges.values().forEach(gauge -> all.metricSnapshot(gauge.build()));
        var text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, all.build());
        return text.toByteArray();
    }

    private static Labels labels(Map<String, String> labels) {
        var names = labels.keySet().toArray(String[]::new);
        var values = labels.values().toArray(String[]::new);
        return names.length == 0 ? Labels.EMPTY : Labels.of(names, values);
    }
}
