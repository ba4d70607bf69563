package dev.fern.images;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTest {
    @TempDir
    Path folder;

    private void fill() throws IOException {
        for (int i = 0; i < 50; i++) {
            Files.writeString(
                    Files.createDirectories(folder.resolve("d" + i % 5)).resolve("f" + i), "x");
        }
        Files.createSymbolicLink(folder.resolve("nowhere"), Path.of("not-there"));
    }

    @Test
    void aTreeIsSyncedWhateverItsSymlinksPointTo() throws Exception {
        fill();

        assertThatCode(() -> Disk.sync(folder)).doesNotThrowAnyException();
    }

    @Test
    void whatIsNotThereCannotBeSynced() {
        assertThatThrownBy(() -> Disk.sync(folder.resolve("missing"))).isInstanceOf(NoSuchFileException.class);
    }
}
