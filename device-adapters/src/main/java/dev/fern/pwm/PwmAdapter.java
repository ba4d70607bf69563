package dev.fern.pwm;

import dev.fern.Adapter;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Sink;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.Time;
import dev.fern.Trigger;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// PWM channels as targets. A thread of its own writes to them: a chip on a slow bus makes nobody else wait.
final class PwmAdapter implements Adapter, Sink {
    private static final System.Logger LOG = System.getLogger("fern.pwm");
    private static final String TYPE = "pwm";
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
    /// What waits for the thread; more than one of each target never does.
    private static final int QUEUE = 1000;

    private static final int IDLE_S = 30;
    private static final int CLOSE_S = 3;

    private final Time time;
    private final Channels channels;
    private final ThreadPoolExecutor thread;
    private final Map<Target, Wish> bound = new HashMap<>();
    private final Set<String> open = new HashSet<>();
    private final Map<String, Wish> wanted = new LinkedHashMap<>();
    /// Channels that an event named; they stay until no target may name one.
    private final Map<String, Wish> opened = new LinkedHashMap<>();
    private Time.@Nullable Timer retrying;
    private boolean closed;

    PwmAdapter(Chips chips, Time time, Metrics metrics) {
        this.time = time;
        channels = new Channels(chips, time, metrics);
        var factory = Thread.ofPlatform().daemon().name("fern-pwm").factory();
        thread = new ThreadPoolExecutor(1, 1, IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE), factory);
        thread.allowCoreThreadTimeOut(true);
    }

    @Override
    public Set<String> types() {
        return Set.of(TYPE);
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        var all = new LinkedHashMap<String, Wish>();
        for (var fn : accepted) {
            if (!fn.name().equals(candidate.name())) {
                try {
                    add(fn, all);
                } catch (InvalidDefinitionException ignored) {
                    // an old version that goes on beside newer ones; not the candidate's mistake
                }
            }
        }
        add(candidate, all);
    }

    private static void add(Fn fn, Map<String, Wish> all) throws InvalidDefinitionException {
        for (var target : fn.targets()) {
            if (target.type().equals(TYPE)) {
                var wish = Wish.of(target);
                if (!Wish.open(target)) {
                    agree(wish, all.putIfAbsent(wish.channel(), wish));
                }
            }
        }
    }

    private static void agree(Wish wish, @Nullable Wish earlier) throws InvalidDefinitionException {
        if (earlier != null && !earlier.equals(wish)) {
            throw new InvalidDefinitionException(
                    "pwm " + wish.channel() + " has a frequency of " + earlier.frequency() + " Hz already",
                    "give frequency=" + earlier.frequency() + ", or use another channel");
        }
    }

    @Override
    public void start(Intake intake) {}

    @Override
    public synchronized void bind(Collection<Trigger> triggers, Collection<Target> targets) {
        bound.clear();
        open.clear();
        wanted.clear();
        for (var target : targets) {
            try {
                var wish = Wish.of(target);
                if (Wish.open(target)) {
                    open.add(key(target));
                } else {
                    agree(wish, wanted.putIfAbsent(wish.channel(), wish));
                    bound.put(target, wish);
                }
            } catch (InvalidDefinitionException ignored) {
                // whoever sends to it hears why
            }
        }
        if (open.isEmpty()) {
            opened.clear();
        }
        opened.forEach(wanted::putIfAbsent);
        hold();
    }

    private static String key(Target target) {
        return target.fn() + "#" + target.name();
    }

    private void hold() {
        var these = new LinkedHashMap<>(wanted);
        try {
            thread.execute(() -> {
                if (!channels.hold(these)) {
                    tryAgain();
                }
            });
        } catch (RejectedExecutionException e) {
            tryAgain();
        }
    }

    private synchronized void tryAgain() {
        if (!closed && retrying == null) {
            retrying = time.after(TRY_AGAIN, () -> {
                synchronized (this) {
                    retrying = null;
                    if (!closed) {
                        hold();
                    }
                }
            });
        }
    }

    @Override
    public CompletionStage<Void> send(Event event, Target target) {
        var sent = new CompletableFuture<Void>();
        try {
            double duty = Duty.parse(event.data().text());
            var channel = wish(target).channel();
            thread.execute(() -> {
                try {
                    channels.set(channel, duty);
                    sent.complete(null);
                } catch (SinkException e) {
                    tryAgain();
                    sent.completeExceptionally(e);
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "pwm " + channel + " was not set", e);
                    sent.completeExceptionally(SinkException.later("pwm " + channel + " was not set: " + e));
                }
            });
        } catch (SinkException e) {
            sent.completeExceptionally(e);
        } catch (RejectedExecutionException e) {
            sent.completeExceptionally(SinkException.later("too much waits for pwm, or Fern stops"));
        }
        return sent;
    }

    private synchronized Wish wish(Target target) throws SinkException {
        if (bound.get(target) instanceof Wish known) {
            return known;
        }
        try {
            var wish = Wish.of(target);
            agree(wish, wanted.get(wish.channel()));
            if (open.contains(key(target)) && wanted.putIfAbsent(wish.channel(), wish) == null) {
                opened.put(wish.channel(), wish);
                hold();
            }
            return wish;
        } catch (InvalidDefinitionException e) {
            throw SinkException.never(e.problem().toString());
        }
    }

    @Override
    public Health health(Trigger trigger) {
        return Health.down("there is no trigger of type pwm", "report this: it is a mistake in Fern");
    }

    @Override
    public synchronized Map<String, Health> health() {
        if (wanted.isEmpty()) {
            return Map.of();
        }
        var failed = channels.failures().entrySet().stream().findFirst().orElse(null);
        return Map.of(
                TYPE,
                failed == null
                        ? Health.UP
                        : Health.down(
                                "pwm " + failed.getKey() + " cannot be had: " + failed.getValue(),
                                "see what /sys/class/pwm has; it is tried again every " + TRY_AGAIN.toSeconds()
                                        + " s"));
    }

    /// Switches everything off.
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (retrying != null) {
                retrying.cancel();
            }
        }
        try {
            thread.execute(() -> channels.hold(Map.of()));
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.ERROR, "pwm channels stay as they are: too much waits for them");
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_S, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.ERROR, "pwm channels may stay as they are: the kernel does not take them");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
