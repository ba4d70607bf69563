package dev.fern.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.kit.Examples;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderCodeTest {
    @TempDir
    Path folder;

    @Test
    void aWebAssemblyFileInTheFolderIsLaidOutAsInAnImage() throws Exception {
        var file =
                Files.write(Files.createDirectory(folder.resolve("vibration")).resolve("func.wasm"), new byte[] {1, 2});
        var code = new FolderCode(folder.resolve("store"));
        var first = code.bundle(fn(), new Definition(fn().name(), "id", "{}"));

        Files.write(file, new byte[] {3});
        var second = code.bundle(fn(), new Definition(fn().name(), "id", "{}"));

        assertThat(first.digest()).startsWith("sha256:").isNotEqualTo(second.digest());
        assertThat(first.root().resolve("function/func.wasm")).hasBinaryContent(new byte[] {1, 2});
        assertThat(second.root().resolve("function/func.wasm")).hasBinaryContent(new byte[] {3});
    }

    private Fn fn() {
        var fn = Examples.fn("workshop/vibration");
        return new Fn(
                fn.name(),
                fn.id(),
                fn.appId(),
                "dir:" + folder.resolve("vibration"),
                fn.memoryMb(),
                fn.timeout(),
                fn.idleTimeout(),
                fn.config(),
                fn.isolation(),
                fn.concurrency(),
                fn.warm(),
                fn.allLayers(),
                fn.triggers(),
                fn.targets(),
                fn.annotations());
    }
}
