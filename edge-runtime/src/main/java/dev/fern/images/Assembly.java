package dev.fern.images;

import dev.fern.Bundle;
import dev.fern.images.Layers.Layer;
import dev.fern.images.Registry.Document;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Makes a bundle: from the manifest to the files in the store. Layers up to 1 MB pass through memory; larger ones are
/// kept as they come, so that a broken fetch goes on, and removed once the bundle is made. Either way a layer's
/// digest is checked before anything of it is unpacked.
final class Assembly {
    /// Asking again for so little is as cheap as going on.
    private static final long SMALL = 1 << 20;

    private static final int CONFIG_BYTES = 4 << 20;
    private static final int DEPTH = 3;

    private final Registry registry;
    private final Store store;
    private final Retention retention;
    private final Holds holds;
    private final long mostBytes;
    private final String architecture;
    private final LongAdder written;

    /// @param written counts the bytes that are unpacked
    Assembly(
            Registry registry,
            Store store,
            Retention retention,
            Holds holds,
            long mostBytes,
            String architecture,
            LongAdder written) {
        this.registry = registry;
        this.store = store;
        this.retention = retention;
        this.holds = holds;
        this.mostBytes = mostBytes;
        this.architecture = architecture;
        this.written = written;
    }

    /// @param digest what the reference was pinned to
    /// @param known its manifest, if it has been fetched already
    void make(Reference image, String digest, @Nullable Document known, boolean allLayers)
            throws ImageException, InterruptedException {
        var manifest = platform(image, known != null ? known : registry.manifest(image, digest));
        if (manifest.config().size() > CONFIG_BYTES) {
            throw ImageException.never(
                    "the configuration of " + image + " is longer than " + (CONFIG_BYTES >> 20) + " MB",
                    "build the image again, with a shorter history");
        }
        var config = ImageConfig.parse(registry.blob(image, manifest.config()), image);
        var layers = allLayers ? Layers.all(manifest, config, image) : Layers.own(manifest, config, image);
        try {
            unpack(image, digest, config, layers, Store.name(digest, allLayers));
            discard(layers);
            retention.trim();
        } catch (ImageException e) {
            throw givenUp(e, layers);
        } catch (IOException e) {
            throw givenUp(Failures.disk(e, store.dir()), layers);
        }
    }

    /// What has come of the layers is kept for another try, if that may help.
    private ImageException givenUp(ImageException failure, Layers layers) throws InterruptedException {
        if (failure.lasting()) {
            try {
                discard(layers);
            } catch (IOException e) {
                // it goes with the other unused ones, in a week
            }
        }
        return failure;
    }

    /// The image itself, by way of an index if need be.
    private Manifest.Image platform(Reference image, Document document) throws ImageException, InterruptedException {
        var manifest = Manifest.parse(document.json(), image);
        for (int depth = 0; manifest instanceof Manifest.Index index; depth++) {
            if (depth == DEPTH) {
                throw ImageException.never(
                        image + " is an index of an index of an index", "push the image itself under this name");
            }
            var chosen = index.choose(architecture, image);
            manifest = Manifest.parse(registry.manifest(image, chosen.digest()).json(), image);
        }
        return (Manifest.Image) manifest;
    }

    private void unpack(Reference image, String digest, ImageConfig config, Layers layers, String name)
            throws IOException, ImageException, InterruptedException {
        store.open();
        long room = room(image, layers);
        var half = store.begin(name);
        var allowance = new Allowance(image, room, room == mostBytes);
        var tree = new Tree(Store.root(half), allowance, store::need);
        try {
            var unpacker = new Unpacker(tree, layers.keep(), allowance);
            for (var layer : layers.list()) {
                unpack(image, layer, unpacker);
            }
            if (tree.isEmpty()) {
                throw ImageException.never(
                        image + " holds no function: its own layers and /function are empty",
                        "COPY the function to /function, or set the annotation fern/layers to all");
            }
            store.complete(
                    half,
                    name,
                    new Bundle(
                            digest,
                            Store.root(half),
                            config.entrypoint(),
                            config.cmd(),
                            config.env(),
                            config.workingDir()),
                    tree.bytes());
        } finally {
            written.add(tree.bytes());
            Disk.delete(half);
        }
    }

    private void unpack(Reference image, Layer layer, Unpacker unpacker)
            throws IOException, ImageException, InterruptedException {
        var blob = layer.blob();
        String diffId;
        if (blob.size() <= SMALL) {
            diffId = unpacker.layer(new ByteArrayInputStream(registry.blob(image, blob)));
        } else {
            var part = store.part(blob.digest());
            try (var _ = holds.take(Store.name(part))) {
                registry.download(image, blob, part);
                try (var in = Files.newInputStream(part)) {
                    diffId = unpacker.layer(in);
                }
            }
        }
        if (layer.diffId() != null && !layer.diffId().equals(diffId)) {
            throw ImageException.never(
                    "a layer of " + image + " holds other files than the image's configuration says (diff_id "
                            + layer.diffId() + ", but came " + diffId + ")",
                    "build and push the image again");
        }
    }

    /// What the image may unpack to.
    private long room(Reference image, Layers layers) throws ImageException, IOException {
        long size = 0;
        for (var layer : layers.list()) {
            size += layer.blob().size();
            if (size < 0 || size > mostBytes) {
                throw ImageException.never(
                        "the layers of " + image + " are larger than " + (mostBytes >> 20) + " MB",
                        "make the image smaller, or raise limits.images-bytes in fern.yaml");
            }
        }
        long used = retention.bytesInUse();
        if (used + size > mostBytes) {
            throw ImageException.later(
                    "there is no room for " + image + ": the images in use take " + (used >> 20) + " MB of "
                            + (mostBytes >> 20),
                    "raise limits.images-bytes in fern.yaml, or have fewer functions here");
        }
        store.need(size);
        return mostBytes - used;
    }

    /// The layers are unpacked, or of no use.
    private void discard(Layers layers) throws IOException, InterruptedException {
        for (var layer : layers.list()) {
            var part = store.part(layer.blob().digest());
            try (var _ = holds.take(Store.name(part))) {
                Files.deleteIfExists(part);
            }
        }
    }
}
