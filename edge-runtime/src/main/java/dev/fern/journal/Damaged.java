package dev.fern.journal;

import dev.fern.Health;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Set;

/// What becomes of a file that SQLite cannot read.
final class Damaged {
    private static final System.Logger LOG = System.getLogger("fern.journal");

    /// SQLite's result codes that speak of the disk or the machine (sqlite.org/rescode.html): PERM, BUSY, LOCKED,
    /// NOMEM,
    /// READONLY, FULL, CANTOPEN.
    private static final Set<Integer> SURROUNDINGS = Set.of(3, 5, 6, 7, 8, 13, 14);

    private Damaged() {}

    private static final int READONLY = 8;
    private static final int IOERR = 10;
    private static final int FULL = 13;

    /// Whether it is the file that is wrong, and not what is around it. A disk that cannot be written may be a good one
    /// tomorrow; what cannot be read will not come back.
    static boolean is(SQLException cause) {
        if (cause.getErrorCode() == IOERR) {
            return String.valueOf(cause.getMessage()).contains("IOERR_READ");
        }
        return !SURROUNDINGS.contains(cause.getErrorCode());
    }

    /// What an operator can do about a file that cannot be written now.
    static String advice(SQLException cause, Path file) {
        return switch (cause.getErrorCode()) {
            case FULL -> "free space on the disk of " + file;
            case READONLY -> "make " + file + " writable";
            default ->
                "look for errors of the disk in the kernel's log (dmesg); if they stay, replace the card; it is tried again"
                        + " every second";
        };
    }

    /// Keeps it beside where it was, so that a new one can be begun.
    ///
    /// @return what an operator is told from now on
    static Health setAside(Path file, SQLException cause) throws IOException {
        var aside = file.resolveSibling(file.getFileName() + ".damaged-" + System.currentTimeMillis());
        if (Files.exists(file)) {
            Files.move(file, aside);
        }
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-wal"));
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-shm"));
        LOG.log(
                Level.ERROR,
                "{0} is damaged ({1}); it was kept as {2} and a new one begun: calls in it are not run",
                file,
                cause.getMessage(),
                aside);
        return Health.down(
                file.getFileName() + " was damaged and set aside", "check the card; the calls are in " + aside);
    }
}
