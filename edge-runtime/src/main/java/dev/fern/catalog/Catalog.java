package dev.fern.catalog;

import dev.fern.Definition;
import dev.fern.DefinitionSource;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.Status;
import dev.fern.Time;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Definitions that live on this machine: Fn's API v2 with its limits and words (see docs/fn-api.md), kept in
/// one SQLite file. It serves the `fn` CLI on a device, and is "the cloud" of the demo and of tests.
///
/// [#handle] works from the start; [#start] is only for those who want to be told of the functions. Any thread.
public final class Catalog implements AutoCloseable, DefinitionSource {
    private static final System.Logger LOG = System.getLogger("fern.catalog");

    /// A disk that is full may have room again.
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final Store store;
    private final Time time;
    private final Api api;
    private final Semaphore changes = new Semaphore(0);
    private volatile Health health = Health.UP;
    private @Nullable Thread teller;

    /// @param sqliteFile made when it is first needed, its folder too
    public Catalog(Path sqliteFile, Time time) {
        this(sqliteFile, time, new LongAdder());
    }

    /// @param written counts the bytes that go to disk
    public Catalog(Path sqliteFile, Time time, LongAdder written) {
        store = new Store(sqliteFile, written);
        this.time = time;
        api = beside(List::of, List::of, "");
    }

    /// The API over this catalog and, read only, the definitions of another source.
    ///
    /// @param others what the other source defines now; the same list as long as nothing changed
    /// @param running what each function is doing
    /// @param where the other source for people, such as `the Fn server https://fn.example.com`
    public Api beside(Supplier<List<Definition>> others, Supplier<List<Status.Function>> running, String where) {
        return new Api(store, others, running, where, time, changes::release);
    }

    /// As [Api#handle], for these definitions alone.
    public Reply handle(String method, String path, Map<String, List<String>> query, byte[] body, String baseUrl) {
        return api.handle(method, path, query, body, baseUrl);
    }

    /// All functions, by name of app and function.
    ///
    /// @throws UncheckedIOException if the file cannot be used
    public List<Definition> definitions() {
        synchronized (store) {
            var apps = new HashMap<String, App>();
            store.all(Kind.APPS).forEach(app -> apps.put(app.id(), (App) app));
            var triggers = new HashMap<String, List<HttpTrigger>>();
            for (var entry : store.all(Kind.TRIGGERS)) {
                var trigger = (HttpTrigger) entry;
                triggers.computeIfAbsent(trigger.fnId(), _ -> new ArrayList<>()).add(trigger);
            }
            var definitions = new ArrayList<Definition>();
            for (var entry : store.all(Kind.FNS)) {
                var fn = (Function) entry;
                if (apps.get(fn.appId()) instanceof App app) {
                    var document = Canonical.document(app, fn, triggers.getOrDefault(fn.id(), List.of()));
                    definitions.add(new Definition(new FnName(app.name(), fn.name()), fn.id(), document));
                }
            }
            definitions.sort((a, b) -> a.name().compareTo(b.name()));
            return definitions;
        }
    }

    @Override
    public synchronized void start(Consumer<List<Definition>> sink) {
        if (teller != null) {
            throw new IllegalStateException("started twice");
        }
        changes.release();
        teller = Thread.ofVirtual().name("fern-catalog").start(() -> tell(sink));
    }

    /// Tells of a burst of changes once.
    private void tell(Consumer<List<Definition>> sink) {
        List<Definition> last = null;
        try {
            while (true) {
                changes.acquire();
                changes.drainPermits();
                try {
                    var current = definitions();
                    health = Health.UP;
                    if (!current.equals(last)) {
                        sink.accept(current);
                        last = current;
                    }
                } catch (UncheckedIOException e) {
                    if (health.equals(Health.UP)) {
                        LOG.log(Level.ERROR, "cannot read this device's own definitions", e);
                    }
                    time.after(AGAIN, changes::release);
                    health = Health.down(
                            "this device's own definitions cannot be read",
                            "check that the disk is neither full nor read only; the log has the details");
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    @Override
    public void nudge() {
        changes.release();
    }

    /// It is on this device's own disk.
    @Override
    public boolean looked() {
        return true;
    }

    @Override
    public Map<String, Health> health() {
        return Map.of("catalog", health);
    }

    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            running = teller;
        }
        if (running != null) {
            running.interrupt();
            try {
                running.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        synchronized (store) {
            store.close();
        }
    }
}
