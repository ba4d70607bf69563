package dev.fern.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildTest {
    private final List<String> words = Collections.synchronizedList(new ArrayList<>());
    private final Steps steps = new Steps(words::add);

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        steps.close();
    }

    @Test
    void aBuildThatFailsShowsTheEndOfWhatTheToolSaid() throws Exception {
        Files.writeString(folder.resolve("package.json"), "{\"dependencies\": {\"a\": \"1\"},, }");

        assertThatThrownBy(() -> new Build(folder, steps).run("node"))
                .isInstanceOf(PublishException.class)
                .hasMessageContaining("failed, see above; correct package.json");
        assertThat(String.join("\n", words)).contains("EJSONPARSE");
        assertThat(folder.resolve("node_modules")).doesNotExist();
    }

    @Test
    void packagesThatAreThereAreNotFetched() throws Exception {
        Files.writeString(folder.resolve("package.json"), "{\"dependencies\": {\"a\": \"1\"},, }");
        Files.createDirectory(folder.resolve("node_modules"));

        new Build(folder, steps).run("node");

        assertThat(words).isEmpty();
    }

    @Test
    void aFolderWithoutPackagesOrPomNeedsNoTool() throws Exception {
        Files.writeString(folder.resolve("package.json"), "{\"dependencies\": {}}");
        Files.createDirectory(folder.resolve("target"));
        var jar = Files.writeString(folder.resolve("target/f.jar"), "built elsewhere");

        new Build(folder, steps).run("node");
        new Build(folder, steps).run("java");

        assertThat(jar).exists();
    }
}
