package dev.fern.images;

import dev.fern.Bundle;
import dev.fern.Time;
import dev.fern.images.Store.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Which bundles go: those that nobody wants and nobody has used for 7 days, or, the longest unused first, as many as
/// needed to stay within what all may take. As long as nobody has said what is wanted, all of them are. Any thread.
final class Retention {
    private static final Duration UNUSED = Duration.ofDays(7);
    /// A bundle that was handed out may not be in its user's list yet.
    private static final Duration GRACE = Duration.ofMinutes(10);

    private final Store store;
    private final Holds holds;
    private final long mostBytes;
    private final Time time;
    private final Map<String, Long> handedOut = new ConcurrentHashMap<>();
    private volatile @Nullable Set<String> wanted;
    private volatile long bytes;

    Retention(Store store, Holds holds, long mostBytes, Time time) {
        this.store = store;
        this.holds = holds;
        this.mostBytes = mostBytes;
        this.time = time;
    }

    void want(Set<String> digests) {
        wanted = Set.copyOf(digests);
    }

    /// The bundle, if it is complete; it stays for a while from now on, whoever wants it.
    synchronized @Nullable Bundle handOut(String name) throws IOException {
        var bundle = store.bundle(name);
        if (bundle != null) {
            handedOut.put(name, time.nanos());
        }
        return bundle;
    }

    /// What was kept when it was last looked at.
    long bytes() {
        return bytes;
    }

    /// What the bundles take that may not go.
    long bytesInUse() throws IOException {
        return store.bundles().stream()
                .filter(this::isInUse)
                .mapToLong(Kept::bytes)
                .sum();
    }

    private boolean isInUse(Kept bundle) {
        var digests = wanted;
        return digests == null || digests.contains(bundle.digest()) || handedOut.containsKey(bundle.name());
    }

    synchronized void trim() throws IOException {
        handedOut.values().removeIf(since -> time.nanos() - since > GRACE.toNanos());
        var bundles = store.bundles();
        var parts = store.parts();
        long total = bundles.stream().mapToLong(Kept::bytes).sum()
                + parts.stream().mapToLong(Kept::bytes).sum();
        var unwanted = new ArrayList<Kept>();
        for (var bundle : bundles) {
            if (isInUse(bundle)) {
                store.touch(bundle.path());
            } else {
                unwanted.add(bundle);
            }
        }
        unwanted.sort(Comparator.comparing(Kept::used));
        // last, as a fetch may be about to go on with one
        unwanted.addAll(parts);
        for (var going : unwanted) {
            if (total > mostBytes || isOld(going.used())) {
                total -= remove(going);
            }
        }
        bytes = total;
    }

    private boolean isOld(Instant used) {
        return Duration.between(used, time.now()).compareTo(UNUSED) > 0;
    }

    /// What that gave back; 0 if it is being worked at.
    private long remove(Kept kept) throws IOException {
        var hold = holds.tryTake(kept.name());
        if (hold == null) {
            return 0;
        }
        try (hold) {
            if (Files.exists(kept.path())) {
                store.remove(kept.path());
            }
            return kept.bytes();
        }
    }
}
