package dev.fern.sensor;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A thread for each bus that is read: a bus that hangs holds up its own sensors and nobody else. Platform threads, for
/// they wait inside the kernel; they end when nothing is read. Guarded by the adapter's lock.
class Buses implements AutoCloseable {
    /// Every sensor waits at most once, so there is room for all that fern.yaml can have.
    static final int QUEUE = 32;

    private static final int IDLE_S = 30;

    private final Map<String, ThreadPoolExecutor> threads = new HashMap<>();

    Executor of(String bus) {
        return threads.computeIfAbsent(bus, _ -> {
            var factory =
                    Thread.ofPlatform().daemon().name("fern-sensor-" + bus).factory();
            var thread =
                    new ThreadPoolExecutor(1, 1, IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE), factory);
            thread.allowCoreThreadTimeOut(true);
            return thread;
        });
    }

    /// Reads no more. A thread inside the kernel ends when the kernel lets it go.
    @Override
    public void close() {
        threads.values().forEach(ThreadPoolExecutor::shutdownNow);
    }
}
