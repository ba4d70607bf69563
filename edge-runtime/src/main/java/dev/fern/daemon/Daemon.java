package dev.fern.daemon;

import dev.fern.Adapter;
import dev.fern.AdapterProvider;
import dev.fern.DefinitionSource;
import dev.fern.Ids;
import dev.fern.Metrics;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.Sink;
import dev.fern.Time;
import dev.fern.Vocabulary;
import dev.fern.catalog.Catalog;
import dev.fern.deploy.Deployer;
import dev.fern.dispatch.Dispatcher;
import dev.fern.events.Listeners;
import dev.fern.fdk.JavaRuntime;
import dev.fern.http.CannotListenException;
import dev.fern.http.Door;
import dev.fern.images.Images;
import dev.fern.invoke.Invoker;
import dev.fern.invoke.Logs;
import dev.fern.journal.Journal;
import dev.fern.journal.NewerFormatException;
import dev.fern.journal.Recovered;
import dev.fern.polyglot.JavaScriptRuntime;
import dev.fern.process.ProcessRuntime;
import dev.fern.schedule.Schedule;
import dev.fern.sync.CloudSource;
import dev.fern.sync.Copy;
import dev.fern.sync.FolderSource;
import dev.fern.sync.Resolver;
import dev.fern.wasm.WasmRuntime;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/// The whole of it: made and started in the order that [#start] reads, closed in reverse. One-shot.
public final class Daemon implements AutoCloseable {
    /// How long calls under way may take to end at a stop.
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private static final System.Logger LOG = System.getLogger("fern.daemon");

    private interface Closing {
        void close() throws Exception;
    }

    private final Settings settings;
    private final Path fdkJars;
    private final Notifier systemd;
    private final SystemTime time = new SystemTime();
    private final Metrics metrics = new Metrics();
    private final Logs logs = new Logs(time);
    private final ArrayDeque<Closing> closings = new ArrayDeque<>();

    /// @param fdkJars the folder with the jars of the functions' world
    public Daemon(Settings settings, Path fdkJars) {
        this(settings, fdkJars, new Notifier(Map.of(), 0));
    }

    /// @param systemd is told when this has started, and by the dispatcher that it lives
    Daemon(Settings settings, Path fdkJars, Notifier systemd) {
        this.settings = settings;
        this.fdkJars = fdkJars;
        this.systemd = systemd;
    }

    /// Starts everything. Waits for no network.
    ///
    /// @return the port that HTTP listens on
    /// @throws StartException if this configuration cannot be carried out, or the state folder is not to be had
    public int start() throws StartException {
        var data = settings.data();
        closings.push(time::close);
        closings.push(Lock.on(data)::close);
        SqliteLibrary.unpack(data.resolve("sqlite"), metrics.diskBytes("code"));
        KernelBytes.show(metrics);

        var copy = copy(data.resolve("copy.json"));
        var journal = new Journal(data.resolve("calls.db"), settings.limits().dead(), metrics);
        var recovered = open(journal);
        closings.push(journal::close);
        Ids.continueFrom(journal);

        var operations = new Operations(settings.device().id(), logs);
        var invoker = invoker(data);
        closings.push(invoker::close);

        var sinks = new HashMap<String, Sink>();
        var dispatcher = new Dispatcher(settings, journal, invoker, sinks, operations, time, metrics);
        dispatcher.recover(recovered);

        var sources = new Sources();
        var catalog = new Catalog(data.resolve("definitions.db"), time, metrics.diskBytes("definitions"));
        closings.push(catalog::close);
        var door = new Door(settings, operations, catalog, sources::fromSource, time, metrics);
        var schedule = new Schedule(settings, journal, time, metrics, operations::statusChanged);
        operations.listen(schedule);
        var adapters = adapters(operations, sinks);
        var events = new Listeners(settings);
        adapters.addAll(0, List.of(schedule, events, door)); // those that hear of others are bound before them
        adapters.forEach(adapter -> adapter.hear(events));
        adapters.forEach(adapter -> closings.push(adapter::close));
        closings.push(() -> dispatcher.drain(DRAIN));
        closings.push(schedule::stopping);

        var deployer = new Deployer(
                new Resolver(settings),
                copy,
                images(settings, time, metrics),
                data.resolve("folders"),
                invoker,
                dispatcher,
                adapters,
                time,
                metrics,
                operations::statusChanged);
        operations.listen(new UsedRuntimes(data, deployer::status));
        if (systemd.isHeard()) {
            operations.listen(new StatusLine(operations::status, systemd::status));
        }
        closings.push(deployer::close);

        var source = source(operations);
        operations.run(new Operations.Rooms(
                journal, invoker, dispatcher, deployer, adapters, List.of(source, catalog), sources));
        for (var adapter : adapters) {
            start(adapter, dispatcher);
        }
        closings.push(source::close);
        sources.start(deployer, source, catalog);
        announce(door.port());
        systemd.ready(dispatcher.pulse());
        return door.port();
    }

    private Invoker invoker(Path data) {
        return new Invoker(
                settings.limits().running(),
                time,
                logs,
                List.of(
                        new JavaRuntime(fdkJars, JavaRuntime.ANSWER_BYTES, metrics),
                        new JavaScriptRuntime(JavaScriptRuntime.ANSWER_BYTES, metrics),
                        new WasmRuntime(JavaRuntime.ANSWER_BYTES, metrics),
                        // last: it takes what no other does
                        processes(data)),
                metrics);
    }

    private ProcessRuntime processes(Path data) {
        var launcher = Path.of(System.getProperty("fern.launcher", ProcessRuntime.SOCKET.toString()));
        return new ProcessRuntime(fdkJars, data.resolve("process"), launcher, ProcessRuntime.ANSWER_BYTES, metrics);
    }

    private void announce(int port) {
        LOG.log(
                Level.INFO,
                "Fern {0} runs as {1}, HTTP on port {2}, state in {3}",
                Vocabulary.VERSION,
                settings.device().id(),
                String.valueOf(port),
                settings.data());
    }

    private Copy copy(Path file) throws StartException {
        var copy = new Copy(file, metrics.diskBytes("definitions"));
        if (copy.newer() instanceof Problem problem) {
            throw new StartException(problem.why(), problem.whatToDo(), 78);
        }
        return copy;
    }

    private static Recovered open(Journal journal) throws StartException {
        try {
            return journal.open();
        } catch (NewerFormatException e) {
            throw new StartException(String.valueOf(e.getMessage()), "nothing was changed", 78);
        } catch (IOException e) {
            throw new StartException(String.valueOf(e.getMessage()), "check the disk", 1);
        }
    }

    /// Those of the device, found on the class path.
    private List<Adapter> adapters(Operations operations, Map<String, Sink> sinks) {
        var adapters = new ArrayList<Adapter>();
        for (var provider : ServiceLoader.load(AdapterProvider.class)) {
            var adapter = provider.create(settings, time, metrics, operations);
            adapters.add(adapter);
            if (adapter instanceof Sink sink) {
                adapter.types().forEach(type -> sinks.put(type, sink));
            }
        }
        return adapters;
    }

    private static void start(Adapter adapter, Dispatcher dispatcher) throws StartException {
        try {
            adapter.start(dispatcher);
        } catch (CannotListenException e) {
            throw new StartException(e.problem().why(), e.problem().whatToDo(), 78);
        }
    }

    /// Touches neither disk nor network.
    static Images images(Settings settings, Time time, Metrics metrics) {
        return new Images(
                settings.registry(),
                settings.data().resolve("images"),
                settings.limits().imagesBytes(),
                architecture(),
                time,
                metrics);
    }

    /// The Fn server, or the folder: exactly one of them is configured.
    private DefinitionSource source(Operations operations) {
        if (settings.cloud() == null) {
            return new FolderSource(settings, time);
        }
        var cloud = new CloudSource(settings, time, metrics);
        if (settings.mqtt() == null) {
            cloud.onAnswer(operations::online);
        }
        return cloud;
    }

    /// As OCI names it (image-spec, config.md: GOARCH).
    private static String architecture() {
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            case "arm" -> "arm";
            case String other -> other;
        };
    }

    /// Stops in reverse: nothing new is begun, what is under way gets a few seconds, then everything is given back.
    @Override
    public void close() {
        for (var closing : closings) {
            try {
                closing.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "while stopping: " + e, e);
            }
        }
        closings.clear();
        LOG.log(Level.INFO, "Fern has stopped");
    }
}
