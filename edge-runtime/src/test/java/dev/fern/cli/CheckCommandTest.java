package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
    @TempDir
    Path folder;

    @Test
    void a_function_by_its_folder_or_its_file() throws IOException {
        var file = Files.writeString(folder.resolve("func.yaml"), "schema_version: 20180708\nname: a\n");

        assertThat(new Shell().fern("check", folder.toString()))
                .isEqualTo(new Shell.Ran(0, "", file + ": nothing is wrong\n"));

        Files.writeString(file, "schema_version: 20180708\nmemory: 1GB\n");
        assertThat(new Shell().fern("check", file.toString()))
                .isEqualTo(new Shell.Ran(
                        1, file + ":2: memory: '1GB' makes no sense; give a whole number from 1 to 8192\n", ""));
    }

    @Test
    void a_configuration_under_any_name() throws IOException {
        var file = Files.writeString(folder.resolve("porch.yaml"), "cloud: {url: 'http://a'}\n");

        assertThat(new Shell().fern("check", file.toString()))
                .isEqualTo(new Shell.Ran(0, "", file + ": nothing is wrong\n"));

        Files.writeString(file, "cloud: {url: 'http://a', every: soon}\n");
        var ran = new Shell().fern("check", file.toString());
        assertThat(ran.code()).isEqualTo(78);
        assertThat(ran.out()).startsWith(file + ":1: cloud.every: 'soon' makes no sense;");
    }

    @Test
    void a_folder_without_a_function() {
        assertThat(new Shell().fern("check", folder.toString()))
                .isEqualTo(new Shell.Ran(1, "", "fern: there is no func.yaml in " + folder + "\n"));
    }

    @Test
    void a_file_that_is_not_there() {
        assertThat(new Shell().fern("check", folder + "/func.yaml").code()).isEqualTo(1);
        assertThat(new Shell().fern("check", folder + "/fern.yaml").code()).isEqualTo(78);
    }
}
