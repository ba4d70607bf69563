package dev.fern.deploy;

import dev.fern.Adapter;
import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Rollback;
import dev.fern.Status;
import dev.fern.Time;
import dev.fern.deploy.Preparation.Outcome;
import dev.fern.dispatch.Dispatcher;
import dev.fern.images.Images;
import dev.fern.invoke.Invoker;
import dev.fern.invoke.Version;
import dev.fern.sync.Copy;
import dev.fern.sync.Resolver;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Makes what runs equal to what is wanted. Each new version is made ready beside the one that runs and switched in
/// between two calls; if it cannot be had or makes no sense, the last good one goes on and the reason is shown.
///
/// One thread decides (`fern-deploy`); what waits for registries and code does so on virtual threads. What is
/// decided in one go reaches the adapters in one go.
public final class Deployer implements AutoCloseable {
    private static final Duration RETRY_FIRST = Duration.ofSeconds(5);
    private static final Duration RETRY_MOST = Duration.ofMinutes(5);
    static final Duration TAGS = Duration.ofMinutes(10);
    private static final System.Logger LOG = System.getLogger("fern.deploy");

    private final Resolver resolver;
    private final Keeping keeping;
    private final Invoker invoker;
    private final Dispatcher dispatcher;
    private final Time time;
    private final Runnable changed;
    private final Preparation preparation;
    private final Report report;
    private final Map<FnName, Deployment> deployments = new ConcurrentSkipListMap<>();
    private final Wiring wiring;
    private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    /// Steps that were decided on and have not taken effect.
    private final AtomicInteger pending = new AtomicInteger();

    private final Thread thread;
    private boolean rebind;
    private boolean save;
    private volatile boolean applied;

    /// @param folders where code of functions that are defined by a folder is kept
    /// @param changed runs when the status may be different; must be short
    public Deployer(
            Resolver resolver,
            Copy copy,
            Images images,
            Path folders,
            Invoker invoker,
            Dispatcher dispatcher,
            List<Adapter> adapters,
            Time time,
            Metrics metrics,
            Runnable changed) {
        this.invoker = invoker;
        this.dispatcher = dispatcher;
        this.time = time;
        this.changed = changed;
        wiring = new Wiring(deployments.values(), adapters);
        report = new Report(invoker, dispatcher, adapters);
        this.resolver = resolver;
        var code = new FolderCode(folders, time, metrics.diskBytes("code"));
        preparation = new Preparation(resolver, images, code, invoker, wiring::check);
        keeping = new Keeping(copy, images, code, dispatcher, time);
        thread = Thread.ofPlatform().name("fern-deploy").daemon(true).unstarted(this::run);
    }

    /// Starts with the copy: what ran before runs again, with no network.
    ///
    /// @return the definitions in the copy
    public List<Definition> start() {
        var saved = keeping.load();
        saved.forEach(deployment -> deployments.put(deployment.name, deployment));
        add(() -> {
            deployments.values().forEach(this::expect);
            deployments.values().forEach(this::begin);
            if (!saved.isEmpty()) {
                keeping.look(deployments.values(), false);
            }
            rebind = true;
        });
        time.after(TAGS, this::tags);
        time.after(Keeping.EVERY, this::keep);
        applied = !saved.isEmpty();
        thread.start();
        return saved.stream().map(deployment -> deployment.wanted).toList();
    }

    /// Lets the triggers of what ran before listen while its code is loaded: a broker's session holds
    /// messages for them.
    private void expect(Deployment deployment) {
        try {
            var good = deployment.good;
            var fn = resolver.resolve(good == null ? deployment.wanted : good);
            wiring.check(fn);
            dispatcher.deploy(fn);
            deployment.expected = fn;
        } catch (InvalidDefinitionException e) {
            // said again, and shown, when it is prepared
        }
    }

    /// From now on exactly these functions are wanted. Any thread.
    public void want(List<Definition> definitions) {
        add(() -> apply(definitions));
    }

    /// Asks the registries whether tags have moved. Any thread.
    public void nudge() {
        add(this::askForDigests);
    }

    /// The definitions that were read are applied. Any thread.
    public void applied() {
        add(() -> applied = true);
    }

    /// Everything is applied and each function is ready or has a reason. Any thread.
    ///
    /// @param looked the source has been asked, so that if nothing is applied, nothing could be read
    public boolean ready(boolean looked) {
        return (looked || applied)
                && pending.get() == 0
                && status().stream().allMatch(fn -> fn.state() != Status.State.LOADING || fn.problem() != null);
    }

    private void add(Runnable step) {
        pending.incrementAndGet();
        work.add(step);
    }

    private void run() {
        try {
            while (true) {
                work.take().run();
                boolean last = work.isEmpty();
                if (last) {
                    finish();
                }
                pending.decrementAndGet();
                if (last) {
                    changed.run(); // not before: whether all is ready is part of the status
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private void apply(List<Definition> definitions) {
        var names = new HashSet<FnName>();
        for (var definition : definitions) {
            names.add(definition.name());
            var deployment = deployments.get(definition.name());
            if (deployment == null) {
                deployment = new Deployment(definition);
                deployments.put(definition.name(), deployment);
            } else if (deployment.wanted.equals(definition)) {
                continue;
            } else {
                deployment.wanted = definition;
                deployment.wantedDigest = null;
                deployment.refused = null;
            }
            save = true;
            begin(deployment);
        }
        for (var deployment : List.copyOf(deployments.values())) {
            if (!names.contains(deployment.name)) {
                remove(deployment);
            }
        }
    }

    private void remove(Deployment deployment) {
        deployments.remove(deployment.name);
        deployment.wish++;
        deployment.cancelRetry();
        dispatcher.remove(deployment.name);
        invoker.remove(deployment.name);
        rebind = true;
        save = true;
        LOG.log(Level.INFO, "{0} is not wanted here any more and was stopped", deployment.name);
    }

    /// Gets the wanted version ready, and if nothing runs, the last good one meanwhile.
    private void begin(Deployment deployment) {
        deployment.wish++;
        deployment.failures = 0;
        deployment.problem = deployment.refusal();
        deployment.invalid = false;
        deployment.again = false;
        deployment.cancelRetry();
        if (deployment.refused == null) {
            prepare(deployment, deployment.wanted, deployment.wantedDigest);
        } else if (deployment.good instanceof Definition good) {
            prepare(deployment, good, deployment.goodDigest);
        }
    }

    private void prepare(Deployment deployment, Definition definition, @Nullable String digest) {
        int wish = deployment.wish;
        deployment.preparing = true;
        preparation.begin(definition, digest, outcome -> add(() -> prepared(deployment, wish, definition, outcome)));
    }

    private void prepared(Deployment deployment, int wish, Definition definition, Outcome outcome) {
        if (deployment.wish != wish) {
            if (outcome instanceof Outcome.Ready(Version version)) {
                version.discard();
            }
            return;
        }
        deployment.preparing = false;
        switch (outcome) {
            case Outcome.Ready(Version version) -> install(deployment, definition, version);
            case Outcome.Failed failed when definition.equals(deployment.wanted) -> failed(deployment, failed);
            case Outcome.Failed failed ->
                LOG.log(
                        Level.ERROR,
                        "the last good version of {0} cannot run either: {1}",
                        deployment.name,
                        failed.problem());
        }
        if (deployment.again && !deployment.preparing) {
            deployment.again = false;
            again(deployment);
        }
    }

    private void install(Deployment deployment, Definition definition, Version version) {
        try {
            wiring.check(version.fn());
            dispatcher.deploy(version.fn());
        } catch (InvalidDefinitionException e) {
            version.discard();
            failed(deployment, new Outcome.Failed(e.problem(), true, true));
            return;
        }
        deployment.runs(definition, version.bundle().digest(), time.now());
        judge(deployment, version);
        invoker.install(version);
        deployment.version = version;
        if (definition.equals(deployment.wanted)) {
            deployment.wantedDigest = version.bundle().digest();
            deployment.problem = null;
            deployment.failures = 0;
        }
        rebind = true;
        save = true;
        LOG.log(
                Level.INFO,
                "{0} runs {1} ({2})",
                deployment.name,
                version.fn().image(),
                version.bundle().digest());
    }

    /// Looks at the first calls of a version that is new, if its definition says so.
    private void judge(Deployment deployment, Version version) {
        var rule = deployment.trial ? Rollback.of(version.fn()) : null;
        deployment.trial = rule != null;
        if (rule != null) {
            version.judge(new Trial(
                    rule,
                    why -> add(() -> rollBack(deployment, version, why)),
                    () -> add(() -> passed(deployment, version))));
        }
    }

    private void passed(Deployment deployment, Version version) {
        if (version.equals(deployment.version)) {
            deployment.trial = false;
            save = true;
        }
    }

    /// Brings back all of the version that ran before.
    private void rollBack(Deployment deployment, Version version, String why) {
        var previous = deployment.previous;
        if (!version.equals(deployment.version) || !deployment.isCurrent() || previous == null) {
            return; // another version is on its way
        }
        deployment.wish++;
        deployment.trial = false;
        deployment.refused = version.fn().image() + " was rolled back: " + why;
        deployment.problem = deployment.refusal();
        LOG.log(Level.WARNING, "{0}: {1}", deployment.name, deployment.problem);
        save = true;
        prepare(deployment, previous, deployment.previousDigest);
    }

    private void failed(Deployment deployment, Outcome.Failed failed) {
        if (!failed.problem().equals(deployment.problem)) {
            LOG.log(Level.WARNING, "{0}: {1}", deployment.name, failed.problem());
        }
        deployment.problem = failed.problem();
        deployment.invalid = failed.invalid();
        if (!failed.lasting()) {
            var delay = RETRY_FIRST.multipliedBy(1L << Math.min(deployment.failures++, 10));
            deployment.retry = time.after(
                    delay.compareTo(RETRY_MOST) < 0 ? delay : RETRY_MOST, () -> add(() -> again(deployment)));
        }
        var good = deployment.good;
        if (deployment.version == null && good != null && !good.equals(deployment.wanted)) {
            prepare(deployment, good, deployment.goodDigest);
        }
    }

    private void again(Deployment deployment) {
        if (deployments.get(deployment.name) != deployment || deployment.isSettled()) {
            return;
        }
        if (deployment.preparing) { // nudges must not pile up work: others wait for a place
            deployment.again = true;
            return;
        }
        deployment.cancelRetry();
        prepare(deployment, deployment.wanted, deployment.wantedDigest);
    }

    private void keep() {
        add(() -> keeping.look(deployments.values(), applied));
        time.after(Keeping.EVERY, this::keep);
    }

    private void tags() {
        add(this::askForDigests);
        time.after(TAGS, this::tags);
    }

    private void askForDigests() {
        for (var deployment : deployments.values()) {
            if (!deployment.isSettled()) {
                again(deployment);
            } else if (!deployment.image().contains("@sha256:")) {
                int wish = deployment.wish;
                preparation.ask(deployment.wanted, digest -> add(() -> tagIs(deployment, wish, digest)));
            }
        }
    }

    private void tagIs(Deployment deployment, int wish, String digest) {
        if (deployment.wish == wish && !digest.equals(deployment.wantedDigest)) {
            LOG.log(Level.INFO, "the image of {0} is another now: {1}", deployment.name, digest);
            deployment.wantedDigest = digest;
            deployment.refused = null;
            begin(deployment);
        }
    }

    /// All that was decided in one go takes effect in one go.
    private void finish() {
        if (rebind) {
            rebind = false;
            wiring.connect();
        }
        if (save && !keeping.save(deployments.values())) {
            time.after(RETRY_FIRST, () -> add(() -> save = true));
        }
        save = false;
    }

    /// Whether what runs would be known to the next start. Any thread.
    public Health health() {
        return keeping.health();
    }

    /// What each function is doing. Any thread.
    public List<Status.Function> status() {
        return deployments.values().stream().map(report::of).toList();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
