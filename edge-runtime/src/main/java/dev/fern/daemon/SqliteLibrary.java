package dev.fern.daemon;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.concurrent.atomic.LongAdder;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/// SQLite's native code. By itself sqlite-jdbc writes it to the temporary folder at each start, and a killed process
/// leaves it
/// there; so it is unpacked once a version, into the state folder.
final class SqliteLibrary {
    private static final String PATH = "org.sqlite.lib.path";
    private static final String NAME = "org.sqlite.lib.name";
    private static final System.Logger LOG = System.getLogger("fern.daemon");

    private SqliteLibrary() {}

    /// Before the first connection. If it cannot be done, sqlite-jdbc does as it always does.
    ///
    /// @param dir a folder for nothing else
    /// @param written counts the bytes that go to disk
    static void unpack(Path dir, LongAdder written) {
        if (System.getProperty(PATH) != null) {
            return; // whoever installed Fern has unpacked it
        }
        var name = LibraryLoaderUtil.getNativeLibName();
        var source = SQLiteJDBCLoader.class.getResource(LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name);
        if (source == null) {
            return; // no Linux that it knows
        }
        try {
            var version = SQLiteJDBCLoader.getVersion();
            long had = size(dir.resolve(version).resolve(name));
            var file = unpack(source, dir, version, name);
            written.add(had == size(file) ? 0 : size(file));
            System.setProperty(NAME, name);
            System.setProperty(PATH, String.valueOf(file.getParent()));
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "SQLite''s library cannot be kept in {0} and goes to the temporary folder; check the disk: {1}",
                    dir,
                    e);
        }
    }

    /// @return the file, complete on disk
    static Path unpack(URL source, Path dir, String version, String name) throws IOException {
        var file = dir.resolve(version).resolve(name);
        var connection = source.openConnection();
        connection.setUseCaches(false);
        try (var in = connection.getInputStream()) {
            if (size(file) == connection.getContentLengthLong()) {
                return file;
            }
            remove(dir); // of another version, or cut off
            Files.createDirectories(file.getParent());
            var part = file.resolveSibling(name + ".part");
            try (var out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(in.readAllBytes());
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return -1;
        }
    }

    private static void remove(Path dir) throws IOException {
        try (var all = Files.walk(dir)) {
            for (var one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        } catch (NoSuchFileException e) {
            // the first start
        }
    }
}
