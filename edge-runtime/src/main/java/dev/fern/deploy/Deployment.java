package dev.fern.deploy;

import dev.fern.Clock;
import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Problem;
import dev.fern.Status;
import dev.fern.Time;
import dev.fern.invoke.Version;
import dev.fern.sync.Copy;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One function: what is wanted of it, what runs, and why these differ. Only the deployer's thread touches
/// it, but for the fields that the status reads.
final class Deployment {
    final FnName name;
    /// What is defined.
    volatile Definition wanted;
    /// The digest that was pinned for it, once it is known.
    volatile @Nullable String wantedDigest;
    /// The definition that runs, or ran last.
    volatile @Nullable Definition good;

    volatile @Nullable String goodDigest;
    /// When that began, or null if the clock was not set.
    volatile @Nullable Instant since;
    /// The version before that one; of several that were not new for long enough, the one before them all.
    volatile @Nullable Definition previous;

    volatile @Nullable String previousDigest;
    /// Why `wanted`, by its digest, is not tried again, or null.
    volatile @Nullable String refused;
    /// The first calls of what runs are not over.
    boolean trial;
    /// What runs, or null if nothing does.
    volatile @Nullable Version version;
    /// What shall run as soon as its code is there: its triggers listen already, so that nothing is missed
    /// after a restart.
    volatile @Nullable Fn expected;
    /// Why `wanted` does not run; null while nothing is known against it.
    volatile @Nullable Problem problem;
    /// The problem is the definition itself, not the network or the registry.
    volatile boolean invalid;

    /// Counts what is wanted: an answer about an older wish is thrown away.
    int wish;
    /// A preparation of the current wish is under way.
    boolean preparing;
    /// It was asked for once more meanwhile, and is tried once more after that.
    boolean again;

    int failures;
    Time.@Nullable Timer retry;

    Deployment(Definition wanted) {
        this.name = wanted.name();
        this.wanted = wanted;
    }

    boolean isCurrent() {
        return version != null && wanted.equals(good);
    }

    /// Nothing is left to do for it.
    boolean isSettled() {
        return isCurrent() || refused != null;
    }

    /// What an operator is told of a version that was rolled back, or null.
    @Nullable Problem refusal() {
        return refused instanceof String why
                ? new Problem(why, "mend and deploy it; the version before it runs until the definition changes")
                : null;
    }

    /// From now on this runs.
    void runs(Definition definition, String digest, Instant now) {
        if (definition.equals(good) && digest.equals(goodDigest)) {
            return;
        }
        if (!trial) {
            previous = good;
            previousDigest = goodDigest;
        }
        trial = previous != null && definition.equals(wanted) && refused == null;
        good = definition;
        goodDigest = digest;
        since = Clock.isSet(now) ? now : null;
    }

    /// What is wanted and what ran before, for the status. Any thread.
    Status.Versions versions() {
        var running = version;
        var image = running != null && wanted.equals(good) ? running.fn().image() : image();
        var before = previous;
        return new Status.Versions(
                new Status.Image(image, wantedDigest),
                before == null ? null : new Status.Image(image(before), previousDigest),
                running == null ? null : since);
    }

    /// The image that is wanted, as far as the document can be read.
    String image() {
        return image(wanted);
    }

    private static String image(Definition definition) {
        try {
            return JsonParser.create(definition.document())
                    .readJsonObject()
                    .objectValue("fn", JsonObject.empty())
                    .stringValue("image", "");
        } catch (JsonException e) {
            return "";
        }
    }

    /// The version whose triggers listen.
    @Nullable Fn listening() {
        var running = version;
        return running == null ? expected : running.fn();
    }

    /// What ran before, as [#saved] said it.
    static Deployment of(Copy.Saved saved) {
        var deployment = new Deployment(saved.wanted());
        deployment.wantedDigest = saved.wantedDigest();
        deployment.good = saved.good();
        deployment.goodDigest = saved.goodDigest();
        var history = saved.history();
        deployment.since = history.since();
        deployment.previous = history.previous();
        deployment.previousDigest = history.previousDigest();
        deployment.trial = history.trial();
        deployment.refused = history.refused();
        return deployment;
    }

    Copy.Saved saved() {
        var history = new Copy.History(since, previous, previousDigest, trial, refused);
        return new Copy.Saved(wanted, good, wantedDigest, goodDigest, history);
    }

    void cancelRetry() {
        if (retry instanceof Time.Timer timer) {
            timer.cancel();
            retry = null;
        }
    }
}
