package dev.fern.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.util.LibraryLoaderUtil;

class SqliteLibraryTest {
    private static final String NAME = LibraryLoaderUtil.getNativeLibName();
    private static final URL SOURCE = Objects.requireNonNull(
            SqliteLibraryTest.class.getResource(LibraryLoaderUtil.getNativeLibResourcePath() + "/" + NAME));

    @TempDir
    Path folder;

    @Test
    void it_is_written_once_a_version_and_alone() throws Exception {
        var dir = folder.resolve("sqlite");

        var file = SqliteLibrary.unpack(SOURCE, dir, "1", NAME);
        assertThat(file).isEqualTo(dir.resolve("1").resolve(NAME));
        try (var in = SOURCE.openStream()) {
            assertThat(file).hasBinaryContent(in.readAllBytes());
        }
        Files.setLastModifiedTime(file, FileTime.fromMillis(7));
        SqliteLibrary.unpack(SOURCE, dir, "1", NAME);
        assertThat(Files.getLastModifiedTime(file).toMillis())
                .as("nothing is written")
                .isEqualTo(7);

        var newer = SqliteLibrary.unpack(SOURCE, dir, "2", NAME);
        try (var all = Files.walk(dir).filter(Files::isRegularFile)) {
            assertThat(all).containsExactly(newer);
        }
    }

    @Test
    void one_that_was_cut_off_is_written_again() throws Exception {
        var file = SqliteLibrary.unpack(SOURCE, folder, "1", NAME);
        Files.write(file, new byte[7]);

        SqliteLibrary.unpack(SOURCE, folder, "1", NAME);

        assertThat(Files.size(file)).isGreaterThan(100_000);
    }
}
