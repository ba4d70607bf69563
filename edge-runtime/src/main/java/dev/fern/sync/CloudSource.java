package dev.fern.sync;

import dev.fern.Definition;
import dev.fern.DefinitionSource;
import dev.fern.Health;
import dev.fern.Metrics;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.Time;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// The functions that an Fn server defines for this device. The server has no way to tell of a change (no ETag, no
/// watch), so it is asked for everything, every `cloud.every`.
///
/// Only a read of all lists to their end counts. What it shows is taken over at once, but a function that it misses
/// stops only when the next such read misses it too.
public final class CloudSource implements DefinitionSource {
    private static final System.Logger LOG = System.getLogger("fern.sync");
    static final Duration CONNECT = Duration.ofSeconds(5);
    static final Duration WHOLE = Duration.ofSeconds(30);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm");
    private static final DateTimeFormatter DATE_AND_CLOCK = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm");

    private final Settings.Cloud cloud;
    private final Time time;
    private final CloudClient client;
    private final Resolver resolver;
    private final DoubleSupplier random;
    private final LongAdder good;
    private final LongAdder failed;
    private final Rounds rounds;

    // of the look under way; there is only one at a time
    private @Nullable Consumer<List<Definition>> sink;
    private final Wanted wanted = new Wanted();
    private @Nullable List<Definition> handedOver;
    private int failures;

    private volatile Consumer<Boolean> answers = _ -> {};
    private volatile Health health;
    private volatile @Nullable Instant lastGood;
    private volatile long goodAtNanos;

    /// @param settings with a cloud
    public CloudSource(Settings settings, Time time, Metrics metrics) {
        this(
                settings,
                time,
                metrics,
                CONNECT,
                WHOLE,
                () -> ThreadLocalRandom.current().nextDouble());
    }

    CloudSource(
            Settings settings, Time time, Metrics metrics, Duration connect, Duration whole, DoubleSupplier random) {
        this.cloud = Objects.requireNonNull(settings.cloud(), "no cloud in the settings");
        this.time = time;
        this.random = random;
        client = new CloudClient(cloud, connect, whole, time);
        rounds = new Rounds(time, this::look);
        resolver = new Resolver(settings);
        metrics.gauge(this::ageSeconds, "fern_sync_age_seconds");
        good = metrics.counter("fern_sync_polls_total", "result", "ok");
        failed = metrics.counter("fern_sync_polls_total", "result", "failed");
        goodAtNanos = time.nanos();
        health = Health.down(client.host() + " has not answered yet", "wait a moment");
    }

    /// Tells what this device runs already, from its copy on disk, so that it takes two polls to stop any of it.
    /// Before the start.
    public void remember(List<Definition> running) {
        wanted.remember(running);
    }

    /// Tells after each look whether the server answered as it should. Before the start.
    public void onAnswer(Consumer<Boolean> listener) {
        answers = listener;
    }

    @Override
    public void start(Consumer<List<Definition>> sink) {
        this.sink = sink;
        rounds.start();
    }

    /// Looks now; if it is looking already, once more afterwards.
    @Override
    public void nudge() {
        rounds.nudge();
    }

    /// One look to its end, whatever it brings; gives the pause until the next.
    private Duration look() throws InterruptedException {
        boolean ok = false;
        try {
            ok = poll();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "reading the definitions of " + client.host() + " failed", e);
            down(new Problem("the definitions of " + client.host() + " could not be taken over", "report this fault"));
        }
        (ok ? good : failed).increment();
        failures = ok ? 0 : failures + 1;
        return pause();
    }

    /// `every`, a tenth more or less; after failures 1 s, 2 s, 4 s ... up to `every`, a half more or less, so that a
    /// fleet does not come back all at once.
    private Duration pause() {
        if (failures == 0) {
            return jitter(cloud.every(), 0.1);
        }
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 30));
        return jitter(pause.compareTo(cloud.every()) < 0 ? pause : cloud.every(), 0.5);
    }

    private Duration jitter(Duration around, double share) {
        return Duration.ofMillis((long) (around.toMillis() * (1 + share * (2 * random.getAsDouble() - 1))));
    }

    /// @return whether everything could be read
    private boolean poll() throws InterruptedException {
        try {
            client.readToken();
            var reading = Reading.of(client, cloud.apps(), resolver::chosen);
            lastGood = time.now();
            answers.accept(true);
            goodAtNanos = time.nanos();
            handOver(wanted.after(reading));
            health = reading.unknownApps().isEmpty()
                    ? Health.UP
                    : Health.down(
                            client.host() + " has no app " + String.join(", ", reading.unknownApps()),
                            "create it there (fn create app NAME), or correct cloud.apps in fern.yaml");
            return true;
        } catch (CloudException e) {
            down(e.problem());
            answers.accept(false);
            return false;
        }
    }

    /// How old the last good reading is, by the monotonic clock; since the start, if there is none.
    private double ageSeconds() {
        return (time.nanos() - goodAtNanos) / 1e9;
    }

    private void down(Problem problem) {
        health = Health.down(problem.why(), problem.whatToDo() + "; " + meanwhile());
    }

    private String meanwhile() {
        if (lastGood instanceof Instant at) {
            var format = Duration.between(at, time.now()).toHours() < 20 ? CLOCK : DATE_AND_CLOCK;
            return "running on the copy of " + format.format(at.atZone(ZoneId.systemDefault()));
        }
        return wanted.isEmpty() ? "there are no definitions yet" : "running on the copy on disk";
    }

    private void handOver(List<Definition> complete) {
        if (sink != null && !rounds.closed() && !complete.equals(handedOver)) {
            sink.accept(complete);
            handedOver = complete;
        }
    }

    @Override
    public boolean looked() {
        return rounds.looked();
    }

    @Override
    public Map<String, Health> health() {
        return Map.of("cloud", health);
    }

    @Override
    public void close() {
        rounds.close();
        client.close();
    }
}
