package dev.fern.catalog;

import dev.fern.WalMeter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The objects on disk. One thread at a time; the file is opened when it is first needed.
///
/// Each row holds its object as JSON, and beside it the fields that are searched or must be unique:
///
/// ```
/// apps      id | name                            | body
/// fns       id | name | app_id                   | body
/// triggers  id | name | app_id | fn_id | source  | body
/// ```
///
/// A version that writes what this one would misread raises the file's `user_version`; then it is left as it is.
///
/// Every change is synced before it is answered. What belongs to an app or a function goes with it.
final class Store implements Entries, AutoCloseable {
    /// The highest `user_version` that can be read.
    private static final int READABLE = 1;

    private static final List<String> OPENING = List.of(
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "PRAGMA foreign_keys=ON",
            "PRAGMA busy_timeout=2000",
            "PRAGMA cache_size=-512",
            "PRAGMA journal_size_limit=1048576",
            """
            CREATE TABLE IF NOT EXISTS apps (
              id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT""",
            """
            CREATE TABLE IF NOT EXISTS fns (
              id TEXT PRIMARY KEY, name TEXT NOT NULL,
              app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
              body TEXT NOT NULL, UNIQUE (app_id, name)) STRICT""",
            """
            CREATE TABLE IF NOT EXISTS triggers (
              id TEXT PRIMARY KEY, name TEXT NOT NULL, app_id TEXT NOT NULL,
              fn_id TEXT NOT NULL REFERENCES fns ON DELETE CASCADE,
              source TEXT NOT NULL, body TEXT NOT NULL,
              UNIQUE (app_id, source), UNIQUE (fn_id, name)) STRICT""",
            "CREATE INDEX IF NOT EXISTS trigger_names ON triggers (app_id, name)");

    private final Path file;
    private final LongAdder written;
    private @Nullable Connection connection;
    private @Nullable WalMeter log;

    /// @param written counts the bytes that go to disk
    Store(Path file, LongAdder written) {
        this.file = file;
        this.written = written;
    }

    @Override
    public @Nullable Entry find(Kind kind, String id) {
        var found = select(kind, "SELECT body FROM " + kind.plural() + " WHERE id = ?", id);
        return found.isEmpty() ? null : found.getFirst();
    }

    @Override
    public List<Entry> page(Kind kind, Page page) {
        var sql = new StringBuilder("SELECT body FROM " + kind.plural() + " WHERE name > ?");
        var values = new ArrayList<Object>();
        values.add(page.after());
        page.equal().forEach((column, value) -> {
            sql.append(" AND ").append(column).append(" = ?");
            values.add(value);
        });
        values.add(page.size());
        return select(kind, sql + " ORDER BY name LIMIT ?", values.toArray());
    }

    List<Entry> all(Kind kind) {
        return select(kind, "SELECT body FROM " + kind.plural() + " ORDER BY name, id");
    }

    /// Another object than this that has the same values in these columns.
    boolean isTaken(Kind kind, String id, String sqlCondition, Object... values) {
        var all = new Object[values.length + 1];
        System.arraycopy(values, 0, all, 0, values.length);
        all[values.length] = id;
        return !select(kind, "SELECT body FROM " + kind.plural() + " WHERE " + sqlCondition + " AND id <> ?", all)
                .isEmpty();
    }

    /// Adds it, or replaces the one with its id.
    void put(Entry entry) {
        var body = (entry instanceof Function fn ? fn.stored() : entry.json()).toString();
        switch (entry) {
            case App app ->
                change(
                        "INSERT INTO apps (id, name, body) VALUES (?, ?, ?)"
                                + " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                        app.id(),
                        app.name(),
                        body);
            case Function fn ->
                change(
                        "INSERT INTO fns (id, name, app_id, body) VALUES (?, ?, ?, ?)"
                                + " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                        fn.id(),
                        fn.name(),
                        fn.appId(),
                        body);
            case HttpTrigger trigger ->
                change(
                        "INSERT INTO triggers (id, name, app_id, fn_id, source, body) VALUES (?, ?, ?, ?, ?, ?)"
                                + " ON CONFLICT (id) DO UPDATE SET name = excluded.name, app_id = excluded.app_id,"
                                + " fn_id = excluded.fn_id, source = excluded.source, body = excluded.body",
                        trigger.id(),
                        trigger.name(),
                        trigger.appId(),
                        trigger.fnId(),
                        trigger.source(),
                        body);
        }
    }

    void remove(Entry entry) {
        change("DELETE FROM " + entry.kind().plural() + " WHERE id = ?", entry.id());
    }

    private List<Entry> select(Kind kind, String sql, Object... values) {
        try (var statement = prepare(sql, values);
                var rows = statement.executeQuery()) {
            var entries = new ArrayList<Entry>();
            while (rows.next()) {
                entries.add(read(kind, rows));
            }
            return entries;
        } catch (SQLException e) {
            throw broken(e);
        }
    }

    private static Entry read(Kind kind, ResultSet rows) throws SQLException {
        try {
            return kind.read(Fields.parse(rows.getString(1).getBytes(StandardCharsets.UTF_8)));
        } catch (RefusedException e) {
            throw new SQLException("a row of " + kind.plural() + " is damaged", e);
        }
    }

    private void change(String sql, Object... values) {
        try (var statement = prepare(sql, values)) {
            statement.executeUpdate();
            look();
        } catch (SQLException e) {
            throw broken(e);
        }
    }

    @SuppressWarnings("MustBeClosedChecker")
    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        var statement = open().prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    private Connection open() throws SQLException {
        if (connection != null) {
            return connection;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new SQLException(e);
        }
        log = new WalMeter(file, written);
        var opened = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (var statement = opened.createStatement()) {
            try (var row = statement.executeQuery("PRAGMA user_version")) {
                if (row.next() && row.getInt(1) > READABLE) {
                    throw new SQLException("it was written by a later Fern; install that version again");
                }
            }
            for (var sql : OPENING) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            opened.close();
            throw e;
        }
        connection = opened;
        look();
        return opened;
    }

    private void look() {
        if (log != null) {
            log.look();
        }
    }

    /// The disk is full, gone or damaged: no caller can do anything about it but say so.
    private UncheckedIOException broken(SQLException e) {
        return new UncheckedIOException(new IOException("cannot use " + file + ": " + e.getMessage(), e));
    }

    @Override
    public void close() {
        try {
            if (connection != null) {
                connection.close();
            }
            if (log != null) {
                log.close();
            }
        } catch (SQLException e) {
            throw broken(e);
        }
    }
}
