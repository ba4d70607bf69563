package dev.fern.daemon;

import dev.fern.Call;
import dev.fern.Definition;
import dev.fern.Event;
import dev.fern.FnName;
import dev.fern.Headers;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Trigger;
import dev.fern.Vocabulary;
import dev.fern.catalog.Catalog;
import dev.fern.journal.Delivery;
import dev.fern.journal.Entry;
import dev.fern.journal.Entry.State;
import dev.fern.journal.Journal;
import dev.fern.journal.NewerFormatException;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import dev.fern.sync.Copy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What a release leaves on disk: a state folder with something of everything, kept for each release so that later
/// versions are tested with it. `./dev state` makes the one of this version anew.
final class StateFolder {
    static final Trigger TRIGGER = Examples.trigger("a/f", "on", "mqtt:a/+?qos=1&durable=disk");
    static final Event EVENT = new Event(
            "event-1",
            "/fern/porch-1/mqtt/default",
            Event.MQTT_MESSAGE,
            "a/b",
            Instant.parse("2026-11-23T12:00:00.123456789Z"),
            "text/plain",
            Map.of("traceparent", "00-1"),
            Headers.builder()
                    .add("Fern-Match-1", "b")
                    .add("X", "1")
                    .add("X", "2")
                    .build(),
            Payload.of(new byte[] {0, -1, 10, 127}));
    static final List<Delivery> OWED = List.of(
            new Delivery("out", EVENT, false, false),
            new Delivery("lamp", EVENT, true, false),
            new Delivery("log", EVENT, false, true));

    /// A call in each state, in the order of acceptance. Newer parts of a call get an entry of their own, at the end.
    static final List<Entry> CALLS = List.of(
            new Entry(1, "a/f#on", call("queued", 1), State.QUEUED, null, List.of()),
            new Entry(2, "a/f#on", call("waiting", 3), State.WAITING, "it is broken", List.of()),
            new Entry(3, "a/f#on", call("answered", 1), State.ANSWERED, "away", OWED),
            new Entry(4, "a/f#on", call("dead", 6), State.DEAD, "given up", List.of()),
            new Entry(5, "a/g#on", call("undelivered", 2), State.DEAD, "refused", List.of(OWED.getLast())));

    static final Map<String, Long> MARKS = Map.of("ids", 1_795_000_000_000L, "cron a/f#tick @daily ", 42L);

    static final List<Copy.Saved> COPY = List.of(
            new Copy.Saved(
                    definition("wanted"), definition("good"), "sha256:" + "a".repeat(64), "sha256:" + "b".repeat(64)),
            new Copy.Saved(definition("alone"), null, null, null));

    private StateFolder() {}

    private static Call call(String id, int attempt) {
        return new Call(id, TRIGGER, EVENT, attempt, Instant.ofEpochMilli(1_795_000_000_123L));
    }

    private static Definition definition(String name) {
        return new Definition(new FnName("a", name), "id-" + name, "{\"fn\":{\"name\":\"" + name + "\"}}");
    }

    /// Where the folders of all releases are.
    static Path all() {
        return Path.of(System.getProperty("fern.home", "."), "edge-runtime/src/test/resources/state");
    }

    /// Makes the folder of this version anew.
    public static void main(String[] none) throws IOException {
        var folder = all().resolve(Vocabulary.VERSION);
        if (Files.isDirectory(folder)) {
            try (var files = Files.list(folder)) {
                for (var file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
        write(Files.createDirectories(folder));
        System.out.println(folder + " is made");
    }

    static void write(Path folder) throws IOException {
        try (var journal = new Journal(folder.resolve("calls.db"), 1000, new Metrics())) {
            journal.open();
            CALLS.forEach(entry -> journal.add(entry, () -> {}));
            MARKS.forEach(journal::mark);
        } catch (NewerFormatException e) {
            throw new AssertionError("it is new", e);
        }
        new Copy(folder.resolve("copy.json")).save(COPY);
        try (var catalog = new Catalog(folder.resolve("definitions.db"), new FakeTime())) {
            var body = "{\"name\":\"local\",\"config\":{\"K\":\"v\"}}".getBytes(StandardCharsets.UTF_8);
            catalog.handle("POST", "/v2/apps", Map.of(), body, "");
        }
    }
}
