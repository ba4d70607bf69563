package dev.fern.sync;

import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.Problem;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The last good copy of what this device runs, so that it starts without a network. It holds the documents
/// as they were defined, so no secret of this device, but what the cloud configured: only the owner may read
/// the file.
///
/// ```
/// {"format":"1","functions":[
///   {"wanted":{"app":"greenhouse","name":"too-hot","id":"01M8…","document":"{…}"},   what is defined
///    "good":{…},                                                                      the last version that could run
///    "wantedDigest":"sha256:…","goodDigest":"sha256:…",                               absent where it is not known
///    "since":"2026-…",                                                                when that began to run
///    "previous":{…},"previousDigest":"sha256:…",                                      what ran before
///    "trial":true,                                                                    its first calls are not over
///    "refused":"…"}]}                                                                 why `wanted` was rolled back
/// ```
///
/// A save is whole or it never was: temporary file, fsync, rename, fsync of the folder. Any thread.
public final class Copy {
    /// A function as it is wanted, and the version of it that last could run.
    public record Saved(
            Definition wanted,
            @Nullable Definition good,
            @Nullable String wantedDigest,
            @Nullable String goodDigest,
            History history) {
        public Saved(
                Definition wanted,
                @Nullable Definition good,
                @Nullable String wantedDigest,
                @Nullable String goodDigest) {
            this(wanted, good, wantedDigest, goodDigest, History.NONE);
        }
    }

    /// How a function came to run what it runs.
    ///
    /// @param since when that began to run here; null if the clock was not set
    /// @param previous the version that ran before it
    /// @param trial whether its first calls are still looked at
    /// @param refused why the wanted version, by its digest, is not tried again; null if it was not rolled back
    public record History(
            @Nullable Instant since,
            @Nullable Definition previous,
            @Nullable String previousDigest,
            boolean trial,
            @Nullable String refused) {
        public static final History NONE = new History(null, null, null, false, null);
    }

    private static final System.Logger LOG = System.getLogger("fern.sync");
    /// A later version that would be misread here writes a higher number.
    private static final int FORMAT = 1;
    private static final int LARGEST = 64 << 20;

    private final Path file;
    private final LongAdder written;
    private byte @Nullable [] onDisk;
    private Health health = Health.UP;

    /// @param file in a folder that exists
    public Copy(Path file) {
        this(file, new LongAdder());
    }

    /// @param written counts the bytes that go to disk
    public Copy(Path file, LongAdder written) {
        this.file = file;
        this.written = written;
    }

    /// What an operator is told if a later version wrote the file, in a way that this one would misread. Changes
    /// nothing.
    public @Nullable Problem newer() {
        try (var in = Files.newInputStream(file)) {
            return isNewer(in.readNBytes(LARGEST + 1))
                    ? new Problem(
                            file + " was written by a later Fern",
                            "install that version again, or move the file away; then functions start when the cloud"
                                    + " has been read")
                    : null;
        } catch (IOException e) {
            return null; // there is none, or load says what is wrong
        }
    }

    private static boolean isNewer(byte[] bytes) {
        try {
            return Json.parse(bytes) instanceof JsonObject copy
                    && Integer.parseInt(Json.string(copy, "format")) > FORMAT;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /// What was saved last. Nothing if there is no file; nothing either if the file is damaged, which is then set aside
    /// beside it as `.damaged`.
    public synchronized List<Saved> load() {
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(LARGEST + 1);
            var saved = bytes.length > LARGEST ? null : read(bytes);
            if (saved != null) {
                onDisk = bytes;
                return saved;
            }
            var aside = file.resolveSibling(file.getFileName() + ".damaged");
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            LOG.log(
                    Level.WARNING,
                    "the copy of the definitions is damaged and was set aside as {0}; functions "
                            + "start when the cloud has been read",
                    aside);
        } catch (NoSuchFileException e) {
            // the first start
        } catch (IOException e) {
            down("read", e);
        }
        return List.of();
    }

    /// What was saved last, or nothing. Changes nothing, whatever the file holds.
    public List<Saved> peek() {
        try (var in = Files.newInputStream(file)) {
            var saved = read(in.readNBytes(LARGEST));
            return saved == null ? List.of() : saved;
        } catch (IOException e) {
            return List.of();
        }
    }

    /// Writes, but only what is not there already: an SD card wears. What goes wrong is in [#health]; the next call
    /// tries again.
    public synchronized void save(List<Saved> all) {
        var bytes = write(all);
        if (Arrays.equals(bytes, onDisk)) {
            return;
        }
        onDisk = null; // until this has gone well, one does not know
        var temporary = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(temporary);
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            try (var out = FileChannel.open(temporary, options, ownerOnly)) {
                var buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    written.add(out.write(buffer));
                }
                out.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            try (var folder = FileChannel.open(file.toAbsolutePath().getParent())) {
                folder.force(true);
            }
            onDisk = bytes;
            health = Health.UP;
        } catch (IOException e) {
            down("written", e);
        }
    }

    private void down(String done, IOException e) {
        health = Health.down(
                "the copy of the definitions in " + file + " cannot be " + done + ": " + e.getMessage(),
                "see to the disk and the rights on that file; until then this device cannot start without the cloud");
    }

    /// Whether the copy on disk is what was saved last.
    public synchronized Health health() {
        return health;
    }

    private static byte[] write(List<Saved> all) {
        var functions = new ArrayList<JsonObject>();
        for (var saved : all) {
            var function = JsonObject.builder().set("wanted", write(saved.wanted));
            if (saved.good instanceof Definition good) {
                function.set("good", write(good));
            }
            if (saved.wantedDigest instanceof String digest) {
                function.set("wantedDigest", digest);
            }
            if (saved.goodDigest instanceof String digest) {
                function.set("goodDigest", digest);
            }
            write(saved.history, function);
            functions.add(function.build());
        }
        return JsonObject.builder()
                .set("format", String.valueOf(FORMAT))
                .setValues("functions", functions)
                .build()
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void write(History history, JsonObject.Builder function) {
        if (history.since instanceof Instant since) {
            function.set("since", since.toString());
        }
        if (history.previous instanceof Definition previous) {
            function.set("previous", write(previous));
        }
        if (history.previousDigest instanceof String digest) {
            function.set("previousDigest", digest);
        }
        if (history.trial) {
            function.set("trial", true);
        }
        if (history.refused instanceof String why) {
            function.set("refused", why);
        }
    }

    private static JsonObject write(Definition definition) {
        return JsonObject.builder()
                .set("app", definition.name().app())
                .set("name", definition.name().name())
                .set("id", definition.id())
                .set("document", definition.document())
                .build();
    }

    /// Null if these bytes are not whole or of another format.
    private static @Nullable List<Saved> read(byte[] bytes) {
        if (!(Json.parse(bytes) instanceof JsonObject copy
                && Json.string(copy, "format").equals(String.valueOf(FORMAT))
                && copy.value("functions").orElse(null) instanceof JsonArray functions)) {
            return null;
        }
        var all = new ArrayList<Saved>();
        for (var function : functions.values()) {
            if (!(function instanceof JsonObject object && definition(object, "wanted") instanceof Definition wanted)) {
                return null;
            }
            all.add(new Saved(
                    wanted,
                    definition(object, "good"),
                    text(object, "wantedDigest"),
                    text(object, "goodDigest"),
                    history(object)));
        }
        return all;
    }

    private static History history(JsonObject function) {
        return new History(
                instant(text(function, "since")),
                definition(function, "previous"),
                text(function, "previousDigest"),
                function.booleanValue("trial", false),
                text(function, "refused"));
    }

    private static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static @Nullable Definition definition(JsonObject function, String key) {
        var object = Json.object(function, key);
        var app = text(object, "app");
        var name = text(object, "name");
        var id = text(object, "id");
        var document = text(object, "document");
        return app == null || name == null || id == null || document == null
                ? null
                : new Definition(new FnName(app, name), id, document);
    }

    private static @Nullable String text(JsonObject object, String key) {
        return object.value(key).orElse(null) instanceof JsonString text ? text.value() : null;
    }
}
