package dev.fern.images;

import dev.fern.Bundle;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Time;
import dev.fern.images.Registry.Document;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Functions' code by image: from a registry (OCI distribution-spec 1.1) into a store that outlives power cuts.
///
/// An image is known by the digest of what its reference names: the index if there are several platforms,
/// else the manifest. It is the digest that registries tell for a tag, so [#resolve] gives it without
/// fetching anything. Any thread.
public final class Images {
    private static final int AT_ONCE = 2;
    private static final System.Logger LOG = System.getLogger("fern.images");

    private final Registry registry;
    private final Store store;
    private final Holds holds = new Holds();
    private final Retention retention;
    private final Assembly assembly;
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final LongAdder fetched;
    private final LongAdder failed;

    /// Touches neither disk nor network.
    ///
    /// @param store the folder to keep them in
    /// @param imagesBytes what they may take there; also what one image may take, unpacked
    /// @param architecture as OCI names it: `amd64`, `arm64`
    public Images(
            Settings.Registry registry, Path store, long imagesBytes, String architecture, Time time, Metrics metrics) {
        this(registry, store, imagesBytes, architecture, time, metrics, Images::usable);
    }

    Images(
            Settings.Registry registry,
            Path store,
            long imagesBytes,
            String architecture,
            Time time,
            Metrics metrics,
            ToLongFunction<Path> usable) {
        var written = metrics.diskBytes("code");
        this.registry = new Registry(registry, time, metrics.counter("fern_image_received_bytes_total"), written);
        this.store = new Store(store, time, usable);
        retention = new Retention(this.store, holds, imagesBytes, time);
        assembly = new Assembly(this.registry, this.store, retention, holds, imagesBytes, architecture, written);
        fetched = metrics.counter("fern_image_fetches_total", "result", "ok");
        failed = metrics.counter("fern_image_fetches_total", "result", "failed");
        metrics.gauge(retention::bytes, "fern_images_bytes");
    }

    private static long usable(Path dir) {
        return dir.toFile().getUsableSpace();
    }

    /// Fetches what is missing and unpacks it. Blocks, for as long as the registry sends: call it on a thread that may
    /// wait. Two at once, further ones wait.
    ///
    /// @param digest pinned earlier; null to take what the reference means now
    /// @param allLayers the whole image instead of the function's own layers
    /// @throws ImageException with the reason for the operator; when to try again is the caller's to say
    public Bundle fetch(String image, @Nullable String digest, boolean allLayers)
            throws ImageException, InterruptedException {
        var reference = Reference.parse(image);
        var pinned = digest != null ? digest : reference.digest();
        Document manifest = null;
        if (pinned == null) {
            manifest = registry.manifest(reference, reference.selector());
            pinned = manifest.digest();
        } else if (!Digests.isOne(pinned)) {
            throw ImageException.never("'" + pinned + "' is no digest", "write sha256: and 64 hexadecimal digits");
        }
        try (var _ = holds.take(Store.name(pinned, allLayers))) {
            var there = stored(pinned, allLayers);
            if (there != null) {
                return there;
            }
            places.acquire();
            try {
                assembly.make(reference, pinned, manifest, allLayers);
                return made(reference, pinned, allLayers);
            } catch (ImageException e) {
                failed.increment();
                throw e;
            } finally {
                places.release();
            }
        }
    }

    private Bundle made(Reference image, String digest, boolean allLayers) throws ImageException {
        var bundle = stored(digest, allLayers);
        if (bundle == null) {
            throw ImageException.later(
                    image + " was unpacked into " + store.dir() + " and cannot be read back",
                    "check that the disk is sound");
        }
        fetched.increment();
        return bundle;
    }

    /// Without network: the bundle if it is complete in the store.
    public @Nullable Bundle stored(String digest, boolean allLayers) {
        if (!Digests.isOne(digest)) {
            return null;
        }
        try {
            return retention.handOut(Store.name(digest, allLayers));
        } catch (IOException e) {
            // what cannot be read is not there; fetching it says why
            return null;
        }
    }

    /// The digest that the reference means now, to compare with [Bundle#digest]: asked without fetching the manifest
    /// (HEAD), unless the registry does not tell that way.
    public String resolve(String image) throws ImageException, InterruptedException {
        var reference = Reference.parse(image);
        if (reference.digest() instanceof String pinned) {
            return pinned;
        }
        var told = registry.digest(reference, reference.selector());
        return told != null
                ? told
                : registry.manifest(reference, reference.selector()).digest();
    }

    /// The registry of that image as `HOST[:PORT]`, or null if this is no image reference.
    public static @Nullable String registry(String image) {
        try {
            return Reference.parse(image).host();
        } catch (ImageException e) {
            return null;
        }
    }

    /// Asks the image's registry whether it is one, and lets this device in (distribution-spec 1.1, "Determining
    /// Support"). Blocks.
    ///
    /// @throws ImageException with the reason if not
    public void ask(String image) throws ImageException, InterruptedException {
        registry.ask(Reference.parse(image));
    }

    /// Says which images are wanted, and forgets others that were not used for 7 days, or, the longest unused first,
    /// as long as all take more than they may. Keeps what is being fetched, and what was handed out a moment ago.
    public void retain(Set<String> digests) {
        retention.want(digests);
        try {
            store.open();
            retention.trim();
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "images that nobody wants could not be removed from " + store.dir()
                            + "; check that the folder may be written",
                    e);
        }
    }
}
