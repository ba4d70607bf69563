package dev.fern.deploy;

import dev.fern.Health;
import dev.fern.Time;
import dev.fern.dispatch.Dispatcher;
import dev.fern.images.Images;
import dev.fern.sync.Copy;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What stays on disk of functions: their definitions for the next start, the code of each that is wanted or ran, and
/// for
/// a while the calls and the code of those that are gone. One thread.
final class Keeping {
    /// How long calls of a function stay that is not wanted any more.
    static final Duration CALLS = Duration.ofDays(7);
    /// How often that is looked at.
    static final Duration EVERY = Duration.ofHours(1);

    private final Copy copy;
    private final Images images;
    private final FolderCode folders;
    private final Dispatcher dispatcher;
    private final Time time;
    private Set<String> used = Set.of();
    private long looked;

    Keeping(Copy copy, Images images, FolderCode folders, Dispatcher dispatcher, Time time) {
        this.copy = copy;
        this.images = images;
        this.folders = folders;
        this.dispatcher = dispatcher;
        this.time = time;
        looked = time.nanos();
    }

    /// What ran before.
    List<Deployment> load() {
        return copy.load().stream().map(Deployment::of).toList();
    }

    /// From now on these are the functions.
    ///
    /// @return whether they are on disk
    boolean save(Collection<Deployment> deployments) {
        copy.save(deployments.stream().map(Deployment::saved).toList());
        retain(deployments);
        return health() instanceof Health.Up;
    }

    /// Whether the functions are on disk. Any thread.
    Health health() {
        return copy.health();
    }

    /// Lets time pass.
    ///
    /// @param all whether these are known to be all functions that are wanted
    void look(Collection<Deployment> deployments, boolean all) {
        var passed = Duration.ofNanos(time.nanos() - looked);
        looked = time.nanos();
        retain(deployments);
        if (all) {
            dispatcher.age(
                    deployments.stream().map(deployment -> deployment.name).collect(Collectors.toSet()), passed, CALLS);
        }
    }

    private void retain(Collection<Deployment> deployments) {
        var digests = new HashSet<String>();
        for (var deployment : deployments) {
            if (deployment.goodDigest instanceof String digest) {
                digests.add(digest);
            }
            if (deployment.wantedDigest instanceof String digest) {
                digests.add(digest);
            }
            if (deployment.trial && deployment.previousDigest instanceof String digest) {
                digests.add(digest); // it may have to run again
            }
        }
        if (!digests.containsAll(used)) {
            var before = new HashSet<>(digests);
            before.addAll(used);
            images.retain(before); // what goes now was used until now
        }
        images.retain(digests);
        folders.retain(digests);
        used = digests;
    }
}
