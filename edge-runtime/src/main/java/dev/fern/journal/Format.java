package dev.fern.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/// Which versions may read a file: the file itself says it, in `meta.min_reader`.
final class Format {
    /// What this version writes, and the latest that it can read.
    static final int OURS = 1;

    private Format() {}

    /// Looks, and leaves everything as it is: a log that a later version left is its own to work off.
    ///
    /// @throws NewerFormatException if it says that this version would misread it
    static void check(Path file) throws NewerFormatException, IOException {
        if (!Files.exists(file)) {
            return;
        }
        var log = file.resolveSibling(file.getFileName() + "-wal");
        var index = file.resolveSibling(file.getFileName() + "-shm");
        boolean logged = Files.exists(log);
        boolean indexed = Files.exists(index);
        try (var connection = DriverManager.getConnection(
                        "jdbc:sqlite:file:" + file.toUri().getRawPath() + "?mode=ro");
                var statement = connection.createStatement()) {
            check(file, statement);
        } catch (SQLException e) {
            // new, damaged, or cut off in the middle of its making: opening it to write says what is wrong
        } finally {
            // SQLite makes them even to read, and with only the right to read leaves them behind
            if (!logged) {
                Files.deleteIfExists(log);
            }
            if (!indexed) {
                Files.deleteIfExists(index);
            }
        }
    }

    static void check(Path file, Statement statement) throws SQLException, NewerFormatException {
        try (var row = statement.executeQuery("SELECT value FROM meta WHERE key = 'min_reader'")) {
            if (row.next() && row.getInt(1) > OURS) {
                throw new NewerFormatException(file, row.getInt(1));
            }
        }
    }
}
