package dev.fern.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionLineTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"0.0.1, 0.0.2", "1.2.9, 1.2.10", "1.2.3-rc1, 1.2.4", "'', 0.0.1"})
    void theLastNumberIsRaised(String version, String next) throws Exception {
        assertThat(VersionLine.next(version)).isEqualTo(next);
    }

    @Test
    void whatIsNoVersionIsLeftAlone() {
        assertThatThrownBy(() -> VersionLine.next("latest"))
                .isInstanceOf(PublishException.class)
                .hasMessageContaining("latest")
                .hasMessageContaining("--no-bump");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "version: 0.0.1|version: 0.0.2",
                "version:   \"0.0.1\"  # by hand|version:   \"0.0.2\"  # by hand",
                "version: '0.0.1'|version: '0.0.2'",
            })
    void onlyThatLineOfYamlChanges(String old, String changed) throws Exception {
        var before = "# a comment\r\nname: f\n";
        var after = "config: {version: \"0.0.1\"}\n  version: 0.0.1\n# the end";
        var file = Files.writeString(folder.resolve("func.yaml"), before + old + "\n" + after);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        VersionLine.write(file, "0.0.1", "0.0.2");

        assertThat(Files.readString(file)).isEqualTo(before + changed + "\n" + after);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFileWithoutOneGetsOne() throws Exception {
        var file = Files.writeString(folder.resolve("func.yaml"), "name: f # no newline");

        VersionLine.write(file, "", "0.0.1");

        assertThat(Files.readString(file)).isEqualTo("name: f # no newline\nversion: 0.0.1\n");
    }

    @Test
    void jsonIsWrittenToo() throws Exception {
        var file =
                Files.writeString(folder.resolve("func.json"), "{\n  \"version\": \"0.0.1\",\n  \"name\": \"f\"\n}\n");

        VersionLine.write(file, "0.0.1", "0.0.2");

        assertThat(Files.readString(file)).isEqualTo("{\n  \"version\": \"0.0.2\",\n  \"name\": \"f\"\n}\n");
    }

    @Test
    void whatCannotBeFoundIsNotGuessed() throws Exception {
        var text = "{name: f, version: 0.0.1}\n";
        var file = Files.writeString(folder.resolve("func.yaml"), text);

        assertThatThrownBy(() -> VersionLine.write(file, "0.0.1", "0.0.2")).hasMessageContaining("--no-bump");
        assertThat(Files.readString(file)).isEqualTo(text);
    }
}
