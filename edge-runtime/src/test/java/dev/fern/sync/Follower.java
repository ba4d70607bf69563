package dev.fern.sync;

import dev.fern.Definition;
import dev.fern.Health;
import dev.fern.Metrics;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A source that a test steps look by look.
final class Follower implements AutoCloseable {
    static final Duration EVERY = Duration.ofMinutes(5);

    static final Duration LONG = Duration.ofSeconds(60);

    final FakeTime time = new FakeTime();
    final Metrics metrics = new Metrics();
    /// All sets that were handed over.
    final List<List<Definition>> sets = new CopyOnWriteArrayList<>();
    final CloudSource source;
    /// What the random source says: in the middle, so that there is no jitter.
    volatile double random = 0.5;

    Follower(URI url, String... apps) {
        this(settings(url, null, apps), LONG, LONG);
    }

    Follower(Settings settings, Duration connect, Duration whole) {
        source = new CloudSource(settings, time, metrics, connect, whole, () -> random);
    }

    static Settings settings(URI url, @Nullable Path tokenFile, String... apps) {
        var base = Examples.settings(null, Path.of("/nonexistent"));
        return new Settings(
                base.device(),
                new Settings.Cloud(url, List.of(apps), EVERY, tokenFile),
                null,
                base.registry(),
                null,
                Map.of(),
                base.http(),
                Map.of(),
                Map.of(),
                Map.of(),
                base.secrets(),
                base.limits(),
                base.data());
    }

    /// Starts, and waits for the first look to end.
    Follower start() {
        source.start(sets::add);
        untilIdle();
        return this;
    }

    /// Looks once.
    Follower look() {
        source.nudge();
        untilIdle();
        return this;
    }

    /// A look has ended when the next one is planned.
    void untilIdle() {
        until(() -> time.timers() == 1);
    }

    static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 20 s");
            }
            LockSupport.parkNanos(500_000);
        }
    }

    /// The names in the last set.
    List<String> names() {
        return sets.getLast().stream().map(d -> d.name().toString()).toList();
    }

    Health health() {
        return source.health().get("cloud");
    }

    Problem problem() {
        if (health() instanceof Health.Down down) {
            return down.problem();
        }
        throw new AssertionError("up");
    }

    @Override
    public void close() {
        source.close();
    }
}
