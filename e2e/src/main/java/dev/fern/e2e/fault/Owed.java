package dev.fern.e2e.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// What a daemon that is gone left on its disk: the messages that it still owes.
final class Owed {
    /// The event's topic, which its bytes have as plain text.
    private static final Pattern TOPIC = Pattern.compile("in/(\\d+)");

    private static final int DEAD = 3;

    private Owed() {}

    private static boolean hasCalls(Path file) throws IOException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT 1 FROM sqlite_schema WHERE name = 'call'")) {
            return row.next();
        } catch (SQLException e) {
            throw new IOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /// The numbers of the messages whose calls are on disk and not dead.
    ///
    /// @param data the state folder, which is only read
    /// @param into a folder for a copy
    static Set<Integer> in(Path data, Path into) throws IOException {
        for (var name : new String[] {"calls.db", "calls.db-wal"}) {
            var copy = into.resolve(name);
            Files.deleteIfExists(copy);
            if (Files.exists(data.resolve(name))) {
                Files.copy(data.resolve(name), copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        var numbers = new HashSet<Integer>();
        if (!hasCalls(into.resolve("calls.db"))) {
            return numbers; // a first start came no further
        }
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + into.resolve("calls.db"));
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT event FROM call WHERE state <> " + DEAD)) {
            while (rows.next()) {
                var topic = TOPIC.matcher(new String(rows.getBytes(1), StandardCharsets.ISO_8859_1));
                if (topic.find()) {
                    numbers.add(Integer.parseInt(topic.group(1)));
                }
            }
        } catch (SQLException e) {
            throw new IOException("cannot read the calls in " + data + ": " + e.getMessage(), e);
        }
        return numbers;
    }
}
