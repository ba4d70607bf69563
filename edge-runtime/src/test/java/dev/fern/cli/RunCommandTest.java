package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
    @TempDir
    Path folder;

    @Test
    void run_launches_with_what_was_read_and_gives_its_exit_code_back() throws IOException {
        var config = Files.writeString(folder.resolve("f.yaml"), "cloud: {url: 'http://a'}\ndevice: {id: porch-1}\n");
        var launched = new ArrayList<Settings>();

        var ran = new Shell()
                .launch(settings -> {
                    launched.add(settings);
                    return 7;
                })
                .fern("run", "--config", config.toString(), "--data", folder + "/state");

        assertThat(ran).isEqualTo(new Shell.Ran(7, "", ""));
        assertThat(launched).singleElement().satisfies(settings -> {
            assertThat(settings.device().id()).isEqualTo("porch-1");
            assertThat(settings.data()).isEqualTo(folder.resolve("state"));
        });
    }

    @Test
    void a_bad_configuration_launches_nothing_and_is_78() throws IOException {
        var config = Files.writeString(folder.resolve("f.yaml"), "clod: 1\nlimits: {dead: x}\n");

        var ran = new Shell().fern("run", "--config", config.toString());

        assertThat(ran.code()).isEqualTo(78);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err())
                .contains(config + ":1: clod: this key is unknown; did you mean cloud?")
                .contains(config + ":2: limits.dead: 'x' makes no sense")
                .contains("neither cloud nor functions is there")
                .endsWith("fern: the configuration makes no sense; nothing was started\n");
        assertThat(new Shell().fern("run", "--config", folder + "/gone").err()).contains("there is no such file");
    }

    @Test
    void a_bug_says_that_it_is_one() throws IOException {
        var config = Files.writeString(folder.resolve("f.yaml"), "cloud: {url: 'http://a'}\n");

        var ran = new Shell()
                .launch(_ -> {
                    throw new IllegalStateException("boom");
                })
                .fern("run", "--config", config.toString());

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .startsWith("fern: this is a mistake in Fern itself")
                .contains("boom");
    }
}
