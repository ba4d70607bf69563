package dev.fern.images;

import dev.fern.Bundle;
import dev.fern.Time;
import io.helidon.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Where bundles are kept.
///
/// ```
/// blobs/sha256/HEX.part    a layer on its way, as much of it as has come
/// bundles/HEX/             own layers of the image with that digest; HEX-all: all its layers
///     bundle.json          what the image's configuration says, and the bytes of root/
///     root/                its files
/// tmp/                     half made or half removed; swept at the first use
/// ```
///
/// A folder in bundles/ is complete: it was made in tmp/, synced, then renamed. Its time says when it was last used, to
/// a day. Layers are removed once they are unpacked.
final class Store {
    /// What is left of the disk to others.
    static final long RESERVE = 64L << 20;

    private static final Duration TOUCH = Duration.ofDays(1);
    private static final String JSON = "bundle.json";
    private static final String ROOT = "root";
    private static final String ALL = "-all";

    /// @param bytes on disk, about
    record Kept(Path path, String name, long bytes, Instant used) {
        /// The digest of a bundle's image.
        String digest() {
            return "sha256:" + (name.endsWith(ALL) ? name.substring(0, name.length() - ALL.length()) : name);
        }
    }

    private final Path dir;
    private final Time time;
    private final ToLongFunction<Path> usable;
    private boolean open;

    /// @param usable the bytes that may still be written where the path is
    Store(Path dir, Time time, ToLongFunction<Path> usable) {
        this.dir = dir;
        this.time = time;
        this.usable = usable;
    }

    Path dir() {
        return dir;
    }

    /// At the first use: makes the folders, and sweeps what a crash left half made.
    synchronized void open() throws IOException {
        if (open) {
            return;
        }
        Disk.delete(tmp());
        for (var folder : List.of(tmp(), blobs(), whole())) {
            Files.createDirectories(folder);
        }
        Disk.enterable(dir);
        Disk.enterable(whole());
        open = true;
    }

    private Path tmp() {
        return dir.resolve("tmp");
    }

    private Path blobs() {
        return dir.resolve("blobs").resolve("sha256");
    }

    private Path whole() {
        return dir.resolve("bundles");
    }

    static String name(String digest, boolean allLayers) {
        return Digests.hex(digest) + (allLayers ? ALL : "");
    }

    /// A layer on its way.
    Path part(String digest) {
        return blobs().resolve(Digests.hex(digest) + ".part");
    }

    /// What it is held by while somebody works at it.
    static String name(Path place) {
        return String.valueOf(place.getFileName());
    }

    /// Refuses if so many bytes more would fill the disk.
    void need(long bytes) throws IOException {
        if (usable.applyAsLong(dir) - RESERVE < bytes) {
            throw new Failures.Refused(Failures.full(dir));
        }
    }

    /// A new folder to make a bundle in, and the folder in it for the image's files.
    Path begin(String name) throws IOException {
        var half = Files.createTempDirectory(tmp(), name + "-");
        Disk.enterable(half);
        Disk.enterable(Files.createDirectory(half.resolve(ROOT)));
        return half;
    }

    static Path root(Path bundle) {
        return bundle.resolve(ROOT);
    }

    /// Makes the bundle complete, so that it outlives a power cut.
    void complete(Path half, String name, Bundle bundle, long bytes) throws IOException {
        var env = JsonObject.builder();
        bundle.env().forEach(env::set);
        var json = JsonObject.builder()
                .set("digest", bundle.digest())
                .set("bytes", bytes)
                .setStrings("entrypoint", bundle.entrypoint())
                .setStrings("cmd", bundle.cmd())
                .set("env", env.build())
                .set("workingDir", bundle.workingDir())
                .build();
        Files.writeString(half.resolve(JSON), json.toString());
        Files.setLastModifiedTime(half, FileTime.from(time.now()));
        Disk.sync(half);
        var whole = whole().resolve(name);
        if (Files.exists(whole)) {
            remove(whole);
        }
        Files.move(half, whole, StandardCopyOption.ATOMIC_MOVE);
        Disk.syncOne(whole());
    }

    /// The bundle if it is complete. Reads only: a card that can no longer be written still runs its functions.
    @Nullable Bundle bundle(String name) throws IOException {
        var folder = whole().resolve(name);
        var json = json(folder);
        if (json == null || !Files.isDirectory(root(folder))) {
            return null;
        }
        return bundle(json, root(folder));
    }

    private static Bundle bundle(JsonObject json, Path root) {
        var env = new LinkedHashMap<String, String>();
        var values = Json.object(json, "env");
        for (var name : values.keysAsStrings()) {
            env.put(name, values.stringValue(name, ""));
        }
        return new Bundle(
                json.stringValue("digest", ""),
                root,
                Json.strings(json, "entrypoint"),
                Json.strings(json, "cmd"),
                env,
                json.stringValue("workingDir", "/"));
    }

    private static @Nullable JsonObject json(Path folder) throws IOException {
        var file = folder.resolve(JSON);
        return Files.isRegularFile(file) ? Json.object(Files.readAllBytes(file)) : null;
    }

    /// Counts as used now. At most once a day, to spare the card.
    void touch(Path bundle) throws IOException {
        var now = time.now();
        var used = Files.getLastModifiedTime(bundle).toInstant();
        if (Duration.between(used, now).abs().compareTo(TOUCH) > 0) {
            Files.setLastModifiedTime(bundle, FileTime.from(now));
        }
    }

    /// All bundles.
    List<Kept> bundles() throws IOException {
        var kept = new ArrayList<Kept>();
        try (var folders = Files.newDirectoryStream(whole())) {
            for (var folder : folders) {
                var json = json(folder);
                kept.add(kept(folder, json == null ? 0 : Json.number(json, "bytes", 0)));
            }
        }
        return kept;
    }

    /// All layers on their way.
    List<Kept> parts() throws IOException {
        var kept = new ArrayList<Kept>();
        try (var files = Files.newDirectoryStream(blobs())) {
            for (var file : files) {
                try {
                    kept.add(kept(file, Files.size(file)));
                } catch (NoSuchFileException e) {
                    // just unpacked
                }
            }
        }
        return kept;
    }

    private static Kept kept(Path path, long bytes) throws IOException {
        return new Kept(path, name(path), bytes, Files.getLastModifiedTime(path).toInstant());
    }

    /// Out of sight at once, then removed: what a crash leaves of it is in tmp/.
    void remove(Path path) throws IOException {
        var going = Files.createTempDirectory(tmp(), "going-");
        Files.move(path, going.resolve(name(path)), StandardCopyOption.ATOMIC_MOVE);
        Disk.delete(going);
    }
}
