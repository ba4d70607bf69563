package dev.fern.deploy;

import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Problem;
import dev.fern.Time;
import dev.fern.invoke.Version;
import dev.fern.sync.Copy;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
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

    /// The image that is wanted, as far as the document can be read.
    String image() {
        try {
            return JsonParser.create(wanted.document())
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
        return deployment;
    }

    Copy.Saved saved() {
        return new Copy.Saved(wanted, good, wantedDigest, goodDigest);
    }

    void cancelRetry() {
        if (retry instanceof Time.Timer timer) {
            timer.cancel();
            retry = null;
        }
    }
}
