package dev.fern.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.kit.Examples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderCodeTest {
    @TempDir
    Path folder;

    private Fn fn(Path code) {
        var fn = Examples.fn("a/f");
        return new Fn(
                fn.name(),
                fn.id(),
                fn.appId(),
                "dir:" + code,
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

    @Test
    void aFolderWithAFuncJsIsTheFunctionItself() throws Exception {
        var code = Files.createDirectories(folder.resolve("code"));
        Files.createDirectories(code.resolve("node_modules/one"));
        Files.writeString(code.resolve("func.js"), "first");
        Files.writeString(code.resolve("node_modules/one/index.js"), "library");
        var folders = new FolderCode(folder.resolve("store"));
        var definition = new Definition(Examples.fn("a/f").name(), "id", "{\"fn\":{}}");

        var first = folders.bundle(fn(code), definition);
        Files.writeString(code.resolve("func.js"), "second");
        var second = folders.bundle(fn(code), definition);

        assertThat(first.entrypoint()).isEqualTo(List.of("node", "func.js"));
        assertThat(first.root().resolve("function/func.js")).hasContent("first");
        assertThat(first.root().resolve("function/node_modules/one/index.js")).hasContent("library");
        assertThat(second.root().resolve("function/func.js")).hasContent("second");
        assertThat(second.digest()).isNotEqualTo(first.digest());
    }

    @Test
    void aWebAssemblyFileInTheFolderIsLaidOutAsInAnImage() throws Exception {
        var code = Files.createDirectory(folder.resolve("vibration"));
        Files.write(code.resolve("func.wasm"), new byte[] {1, 2});
        Files.writeString(code.resolve("func.c"), "its source stays where it is");
        var folders = new FolderCode(folder.resolve("store"));
        var definition = new Definition(Examples.fn("a/f").name(), "id", "{}");

        var first = folders.bundle(fn(code), definition);
        Files.write(code.resolve("func.wasm"), new byte[] {3});
        var second = folders.bundle(fn(code), definition);

        assertThat(first.digest()).startsWith("sha256:").isNotEqualTo(second.digest());
        assertThat(first.root().resolve("function/func.wasm")).hasBinaryContent(new byte[] {1, 2});
        assertThat(first.root().resolve("function/func.c")).doesNotExist();
        assertThat(second.root().resolve("function/func.wasm")).hasBinaryContent(new byte[] {3});
    }
}
