package dev.fern.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.fern.Health;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Vocabulary;
import dev.fern.catalog.Catalog;
import dev.fern.journal.Entry;
import dev.fern.journal.Journal;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import dev.fern.sync.Copy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// State across versions: folders of all releases are in src/test/resources/state.
class ReleasesTest {
    @TempDir
    Path folder;

    static List<String> releases() throws IOException {
        try (var folders = Files.list(StateFolder.all())) {
            return folders.map(one -> one.getFileName().toString()).sorted().toList();
        }
    }

    private void copy(String release) throws IOException {
        try (var files = Files.list(StateFolder.all().resolve(release))) {
            for (var file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    private Journal journal() {
        return new Journal(folder.resolve("calls.db"), 1000, new Metrics());
    }

    private void sql(String... statements) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("calls.db"));
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private List<String> rows(String query) throws Exception {
        var rows = new ArrayList<String>();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("calls.db"));
                var found = connection.createStatement().executeQuery(query)) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }

    private Map<String, List<Byte>> bytes() throws IOException {
        var bytes = new TreeMap<String, List<Byte>>();
        try (var files = Files.list(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var content = new ArrayList<Byte>();
                for (byte one : Files.readAllBytes(file)) {
                    content.add(one);
                }
                bytes.put(file.getFileName().toString(), content);
            }
        }
        return bytes;
    }

    @Test
    void the_state_of_this_version_is_kept_for_the_next_ones() throws Exception {
        assertThat(releases()).contains(Vocabulary.VERSION);
    }

    @ParameterizedTest
    @MethodSource("releases")
    void all_that_a_release_left_is_found(String release) throws Exception {
        copy(release);
        try (var journal = journal()) {
            var recovered = journal.open();
            assertThat(journal.health()).isEqualTo(Health.UP);
            assertThat(recovered.calls()).isEqualTo(3);
            assertThat(recovered.dead()).isEqualTo(2);
            assertThat(recovered.last()).isEqualTo(5);
            assertThat(recovered.lanes()).singleElement().satisfies(lane -> {
                assertThat(lane.lane()).isEqualTo("a/f#on");
                assertThat(lane.calls()).isEqualTo(1);
            });
            assertThat(recovered.waiting()).extracting(one -> one.seq()).containsExactly(2L);
            assertThat(recovered.answered()).singleElement().satisfies(one -> {
                assertThat(one.seq()).isEqualTo(3);
                assertThat(one.owed()).extracting(owed -> owed.target()).containsExactly("out", "lamp");
            });
            var found = new ArrayList<>(journal.list(false, 10));
            found.addAll(journal.list(true, 10).reversed());
            assertThat(found).containsExactlyElementsOf(StateFolder.CALLS);
            StateFolder.MARKS.forEach(
                    (name, value) -> assertThat(journal.mark(name)).hasValue(value));
        }
        assertThat(new Copy(folder.resolve("copy.json")).load()).isEqualTo(StateFolder.COPY);
        try (var catalog = new Catalog(folder.resolve("definitions.db"), new FakeTime())) {
            assertThat(catalog.handle("GET", "/v2/apps", Map.of(), new byte[0], "")
                            .toString())
                    .contains("local");
        }
    }

    @Test
    void what_a_later_version_has_added_to_a_call_survives_that_this_one_goes_on_with_it() throws Exception {
        StateFolder.write(folder);
        sql(
                "ALTER TABLE call ADD COLUMN later TEXT",
                "UPDATE call SET later = 'kept ' || seq",
                "CREATE TABLE later(x TEXT) STRICT",
                "INSERT INTO later VALUES ('kept')",
                "INSERT INTO meta VALUES ('later', 7)",
                "UPDATE meta SET value = 2 WHERE key = 'format'");
        try (var journal = journal()) {
            journal.open();
            assertThat(journal.list(false, 10)).containsExactlyElementsOf(StateFolder.CALLS.subList(0, 3));
            var queued = StateFolder.CALLS.getFirst();
            var waiting = new Entry(1, queued.lane(), queued.call().again(), Entry.State.WAITING, "x", List.of());
            var safe = new CountDownLatch(1);
            journal.update(waiting, Entry.State.QUEUED, safe::countDown);
            assertThat(safe.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(rows("SELECT state || later FROM call WHERE seq = 1")).containsExactly("1kept 1");
        assertThat(rows("SELECT x FROM later")).containsExactly("kept");
        assertThat(rows("SELECT value FROM meta WHERE key IN ('later', 'format') ORDER BY 1"))
                .containsExactly("2", "7");
    }

    @Test
    void calls_that_only_a_later_version_can_read_end_the_start_with_78_and_stay_as_they_are_to_the_last_byte()
            throws Exception {
        StateFolder.write(folder);
        sql("UPDATE meta SET value = 2 WHERE key = 'min_reader'");
        refusesToStart("calls.db was written by a later Fern");
    }

    @Test
    void that_is_so_if_the_later_version_met_a_power_cut() throws Exception {
        var other = Files.createDirectories(folder.resolve("other"));
        StateFolder.write(folder);
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("calls.db"));
                var statement = connection.createStatement()) {
            statement.execute("UPDATE meta SET value = 2 WHERE key = 'min_reader'");
            for (var name : List.of("calls.db", "calls.db-wal")) {
                Files.copy(folder.resolve(name), other.resolve(name));
            }
        }
        folder = other;
        refusesToStart("calls.db was written by a later Fern");
    }

    @Test
    void a_copy_of_definitions_that_only_a_later_version_can_read_does_so_too() throws Exception {
        StateFolder.write(folder);
        var file = folder.resolve("copy.json");
        Files.writeString(file, Files.readString(file).replace("\"format\":\"1\"", "\"format\":\"2\""));
        refusesToStart("copy.json was written by a later Fern");
    }

    @Test
    void own_definitions_that_only_a_later_version_can_read_are_not_used_and_not_changed() throws Exception {
        StateFolder.write(folder);
        var file = folder.resolve("definitions.db");
        userVersion(file, 2);
        var before = bytes();
        try (var catalog = new Catalog(file, new FakeTime())) {
            assertThatThrownBy(catalog::definitions)
                    .hasMessageContaining("definitions.db: it was written by a later Fern");
        }
        assertThat(bytes()).isEqualTo(before);
    }

    @Test
    void a_daemon_starts_without_own_definitions_that_it_cannot_read_and_has_them_when_it_can() throws Exception {
        var file = folder.resolve("definitions.db");
        try (var catalog = new Catalog(file, new FakeTime())) {
            assertThat(catalog.definitions()).isEmpty();
        }
        userVersion(file, 2);
        var usual = Examples.settings(null, folder);
        var settings = new Settings(
                usual.device(),
                null,
                Files.createDirectory(folder.resolve("functions")),
                usual.registry(),
                null,
                Map.of(),
                usual.http(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                usual.secrets(),
                usual.limits(),
                folder);
        try (var daemon = new Daemon(settings, folder)) {
            assertThat(daemon.start()).isPositive();
        }
        var time = new FakeTime();
        try (var catalog = new Catalog(file, time)) {
            var told = new CountDownLatch(1);
            catalog.start(_ -> told.countDown());
            Await.until("it says so", () -> !Health.UP.equals(catalog.health().get("catalog")));
            userVersion(file, 1);
            Await.until("it was read again", () -> {
                time.advance(Duration.ofMinutes(1));
                return told.getCount() == 0 && Health.UP.equals(catalog.health().get("catalog"));
            });
        }
    }

    private static void userVersion(Path file, int version) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = " + version);
        }
    }

    private void refusesToStart(String why) throws IOException {
        var before = bytes();
        try (var daemon = new Daemon(Examples.settings(null, folder), folder)) {
            assertThatThrownBy(daemon::start)
                    .hasMessageContaining(why)
                    .hasMessageContaining("install that version again")
                    .asInstanceOf(type(StartException.class))
                    .returns(78, StartException::exitCode);
        }
        var after = bytes();
        after.remove("lock");
        assertThat(after).isEqualTo(before);
    }
}
