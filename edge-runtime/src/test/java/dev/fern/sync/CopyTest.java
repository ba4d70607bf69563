package dev.fern.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.sync.Copy.Saved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyTest {
    private static final Definition FIRST =
            new Definition(new FnName("greenhouse", "too-hot"), "1", "{\"fn\":{\"name\":\"é \\\" \\u0001\"}}");
    private static final Definition SECOND = new Definition(new FnName("greenhouse", "too-hot"), "2", "{}");
    private static final List<Saved> ALL = List.of(
            new Saved(SECOND, FIRST, "sha256:b", "sha256:a"),
            new Saved(new Definition(new FnName("a", "b"), "3", "{}"), null, null, null));

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("definitions.json");
    }

    @Test
    void whatWasSavedIsLoadedAgain() {
        assertThat(new Copy(file).load()).isEmpty();
        new Copy(file).save(ALL);
        var copy = new Copy(file);
        assertThat(copy.load()).isEqualTo(ALL);
        assertThat(copy.health()).isEqualTo(Health.UP);
        copy.save(List.of());
        assertThat(new Copy(file).load()).isEmpty();
    }

    @Test
    void theSameAgainIsNotWrittenAgain() throws IOException {
        var copy = new Copy(file);
        copy.save(ALL);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
        copy.save(ALL);
        var loaded = new Copy(file);
        loaded.save(loaded.load());
        assertThat(Files.getLastModifiedTime(file).toMillis()).isEqualTo(1000);
        copy.save(ALL.subList(0, 1));
        assertThat(Files.getLastModifiedTime(file).toMillis()).isGreaterThan(1000);
    }

    @Test
    void onlyTheOwnerMayReadIt() throws IOException {
        new Copy(file).save(ALL);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder).isDirectoryContaining(path -> path.equals(file)).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void aHalfWrittenTemporaryFileDoesNotMatter() throws IOException {
        new Copy(file).save(ALL);
        Files.writeString(folder.resolve("definitions.json.new"), "{\"format");
        var copy = new Copy(file);
        assertThat(copy.load()).isEqualTo(ALL);
        copy.save(ALL.subList(0, 1));
        assertThat(new Copy(file).load()).isEqualTo(ALL.subList(0, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0\0\0\0",
                "{\"format\":\"1\",\"functions\":[{\"wanted\":{\"app\":\"a\",\"na",
                "{\"format\":\"2\",\"functions\":[]}",
                "{\"format\":\"1\",\"functions\":{}}",
                "{\"format\":\"1\",\"functions\":[7]}",
                "{\"format\":\"1\",\"functions\":[{\"wanted\":{\"app\":\"a\",\"name\":\"b\",\"id\":\"c\"}}]}",
                "[]"
            })
    void aDamagedFileIsSetAsideAndCountsAsNone(String content) throws IOException {
        Files.writeString(file, content);
        var copy = new Copy(file);
        assertThat(copy.load()).isEmpty();
        assertThat(file).doesNotExist();
        assertThat(folder.resolve("definitions.json.damaged")).hasContent(content);
        copy.save(ALL);
        assertThat(new Copy(file).load()).isEqualTo(ALL);
    }

    @Test
    void aDiskThatRefusesIsSaidAndTriedAgain() throws IOException {
        var copy = new Copy(folder.resolve("missing/definitions.json"));
        copy.save(ALL);
        assertThat(copy.health()).isInstanceOfSatisfying(Health.Down.class, down -> {
            assertThat(down.problem().why()).contains("cannot be written");
            assertThat(down.problem().whatToDo()).contains("see to the disk");
        });
        Files.createDirectory(folder.resolve("missing"));
        copy.save(ALL);
        assertThat(copy.health()).isEqualTo(Health.UP);
    }

    @Test
    void aFileThatCannotBeReadIsLeftThere() throws IOException {
        Files.createDirectory(file);
        var copy = new Copy(file);
        assertThat(copy.load()).isEmpty();
        assertThat(copy.health()).isInstanceOf(Health.Down.class);
        assertThat(file).exists();
    }
}
