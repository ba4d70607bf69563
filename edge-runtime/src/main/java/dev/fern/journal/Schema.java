package dev.fern.journal;

import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;

/// How the file is kept, and its tables.
final class Schema {
    /// Marks that are kept; those with the lowest values, which are the oldest times, go first.
    private static final int MARKS_MOST = 1000;
    /// What is left of a log that a large batch has made longer.
    private static final int LOG_KEPT_BYTES = 4 << 20;

    private Schema() {}

    /// Sets a connection up, and makes what is missing. Old marks go.
    static void prepare(Statement statement, Path file) throws SQLException, NewerFormatException {
        statement.execute("PRAGMA locking_mode=EXCLUSIVE");
        statement.execute("PRAGMA page_size=1024"); // of a new file
        statement.execute("PRAGMA journal_mode=WAL");
        statement.execute("PRAGMA synchronous=FULL");
        statement.execute("PRAGMA cache_size=-512");
        statement.execute("PRAGMA wal_autocheckpoint=0"); // see tidy()
        statement.execute("PRAGMA journal_size_limit=" + LOG_KEPT_BYTES);
        statement.execute("CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT");
        statement.execute("INSERT OR IGNORE INTO meta VALUES ('format', " + Format.OURS + "), ('min_reader', 1)");
        Format.check(file, statement);
        statement.execute("""
                CREATE TABLE IF NOT EXISTS call(seq INTEGER PRIMARY KEY, id TEXT NOT NULL, lane TEXT NOT NULL,
                  fn TEXT NOT NULL, trigger TEXT NOT NULL, binding TEXT NOT NULL, state INTEGER NOT NULL,
                  attempt INTEGER NOT NULL, accepted_ms INTEGER NOT NULL, reason TEXT, event BLOB NOT NULL,
                  owed BLOB) STRICT""");
        statement.execute("CREATE TABLE IF NOT EXISTS gone(fn TEXT PRIMARY KEY, age_ms INTEGER NOT NULL) STRICT");
        statement.execute("CREATE TABLE IF NOT EXISTS mark(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT");
        statement.execute("DELETE FROM mark WHERE name IN"
                + " (SELECT name FROM mark ORDER BY value DESC LIMIT -1 OFFSET " + MARKS_MOST + ")");
        statement.execute("CREATE INDEX IF NOT EXISTS call_queued ON call(lane) WHERE state = 0");
        statement.execute("CREATE INDEX IF NOT EXISTS call_dead ON call(state) WHERE state = 3");
        if (!hasOnce(statement)) { // it was made by an earlier version
            statement.execute("ALTER TABLE call ADD COLUMN once BLOB");
        }
        statement.execute("CREATE INDEX IF NOT EXISTS call_once ON call(once) WHERE once IS NOT NULL");
    }

    private static boolean hasOnce(Statement statement) throws SQLException {
        try (var row = statement.executeQuery("SELECT 1 FROM pragma_table_info('call') WHERE name = 'once'")) {
            return row.next();
        }
    }
}
