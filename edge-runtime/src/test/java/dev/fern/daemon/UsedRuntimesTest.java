package dev.fern.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.FnName;
import dev.fern.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsedRuntimesTest {
    @TempDir
    Path data;

    private final List<Status.Function> functions = new ArrayList<>();

    @Test
    void each_runtime_in_use_has_a_line() throws Exception {
        var used = new UsedRuntimes(data, () -> functions);
        used.statusChanged();
        assertThat(file()).as("nothing to say").doesNotExist();

        run("javascript", "java", "java");
        used.statusChanged();
        assertThat(file()).hasContent("java\njavascript\n");

        run("wasm");
        used.statusChanged();
        assertThat(file()).hasContent("wasm\n");
        assertThat(data.toFile().list()).containsExactly("runtimes");
    }

    @Test
    void while_a_function_is_not_loaded_nothing_is_taken_away() throws Exception {
        Files.writeString(file(), "javascript\n");
        var used = new UsedRuntimes(data, () -> functions);

        run("java", null);
        used.statusChanged();
        assertThat(file()).hasContent("java\njavascript\n");

        run("java", "java");
        used.statusChanged();
        assertThat(file()).hasContent("java\n");
    }

    @Test
    void a_disk_that_cannot_be_written_harms_nobody() throws Exception {
        var used = new UsedRuntimes(Files.writeString(data.resolve("file"), ""), () -> functions);
        run("java");

        used.statusChanged();
    }

    private Path file() {
        return data.resolve("runtimes");
    }

    private void run(@Nullable String... runtimes) {
        functions.clear();
        for (var runtime : runtimes) {
            functions.add(new Status.Function(
                    new FnName("app", "f" + functions.size()),
                    "id",
                    "image",
                    null,
                    Status.Versions.of("image"),
                    runtime,
                    runtime == null ? Status.State.LOADING : Status.State.READY,
                    null,
                    List.of(),
                    List.of(),
                    Status.Calls.NONE));
        }
    }
}
