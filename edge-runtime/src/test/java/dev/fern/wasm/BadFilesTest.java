package dev.fern.wasm;

import static dev.fern.wasm.Handmade.bytes;
import static dev.fern.wasm.Handmade.code;
import static dev.fern.wasm.Handmade.exports;
import static dev.fern.wasm.Handmade.functions;
import static dev.fern.wasm.Handmade.imports;
import static dev.fern.wasm.Handmade.module;
import static dev.fern.wasm.Handmade.section;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.fern.Bundle;
import dev.fern.InvalidDefinitionException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BadFilesTest {
    @TempDir
    Path folder;

    private Stage stage = new Stage(Path.of("."));

    @BeforeEach
    void stage() {
        stage = new Stage(folder);
    }

    static Stream<Arguments> files() {
        var start = exports("_start", 0);
        var nothing = code(bytes());
        var types = Handmade.TYPES;
        return Stream.of(
                arguments("no bytes", bytes(), "is not WebAssembly", "compiler's .wasm"),
                arguments("a script", "#!/bin/sh\nexit 0\n".getBytes(StandardCharsets.UTF_8), "is not WebAssembly", ""),
                arguments("half of it", Arrays.copyOf(Handmade.nothing(), 20), "is cut off", "build and deploy"),
                arguments("a component", Handmade.COMPONENT, "component (WASI preview 2)", "wasm32-wasip1"),
                arguments("another version", bytes(0, 'a', 's', 'm', 2, 0, 0, 0), "no WebAssembly of version 1", ""),
                arguments("no function", Handmade.EMPTY, "no function _start", "as a command"),
                arguments(
                        "a library",
                        module(types, functions(1), exports("_initialize", 0), nothing),
                        "no function _start",
                        "not as a library"),
                arguments(
                        "a start that takes a number",
                        module(types, section(3, 1, 0), start, nothing),
                        "_start takes or returns something",
                        ""),
                arguments(
                        "an import of preview 2",
                        module(
                                types,
                                imports("wasi:io/streams@0.2.0", "read", 1),
                                functions(1),
                                exports("_start", 1),
                                nothing),
                        "built for WASI preview 2",
                        "wasm32-wasip1"),
                arguments(
                        "an import of somebody else's",
                        module(types, imports("env", "led_on", 1), functions(1), exports("_start", 1), nothing),
                        "WASI preview 1 does not have: env.led_on",
                        ""),
                arguments(
                        "an import of another type",
                        module(types, imports(Wasi.MODULE, "fd_write", 1), functions(1), exports("_start", 1), nothing),
                        "does not have: wasi_snapshot_preview1.fd_write",
                        ""));
    }

    static Stream<Arguments> modules() {
        var start = exports("_start", 0);
        var nothing = code(bytes());
        var types = Handmade.TYPES;
        return Stream.of(
                arguments(
                        "no memory",
                        module(types, Handmade.PROC_EXIT, functions(1), exports("_start", 1), nothing),
                        "no memory of its own",
                        ""),
                arguments(
                        "more memory than it may have",
                        module(types, functions(1), section(5, 1, 0, 0x81, 0x08), start, nothing),
                        "begins with 65 MB of memory and may have 64 MB",
                        "set memory"),
                arguments(
                        "memory for threads",
                        module(types, functions(1), section(5, 1, 3, 1, 2), start, nothing),
                        "a memory for threads",
                        "without threads"),
                arguments(
                        "a table of a million",
                        module(types, functions(1), section(4, 1, 0x70, 0, 0xc0, 0x84, 0x3d), start, nothing),
                        "tables have 1000000 entries, the most are 100000",
                        ""),
                arguments(
                        "garbage-collected types",
                        module(section(1, 2, 0x5e, 0x7f, 1, 0x60, 0, 0), functions(1), start, nothing),
                        "garbage-collected types",
                        "linear memory"),
                arguments(
                        "code that is not valid",
                        module(types, functions(1), start, code(bytes(0x41, 1))),
                        "makes no sense",
                        "build it again"),
                arguments(
                        "data outside of its memory",
                        module(
                                types,
                                functions(1),
                                Handmade.ONE_PAGE,
                                start,
                                nothing,
                                section(11, 1, 0, 0x41, 0x80, 0x80, 4, 0x0b, 1, 7)),
                        "makes no sense: a data segment is outside",
                        ""),
                arguments(
                        "more code than the heap can compile",
                        module(section(10, new byte[(int) (Runtime.getRuntime().maxMemory() / 150) + 1])),
                        "takes more memory than the daemon has",
                        "smaller"),
                arguments("a huge file", new byte[CommandFile.LARGEST + 1], "is larger than 16 MB", "smaller"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"files", "modules"})
    void isRefusedWithTheReason(String name, byte[] file, String why, String whatToDo) {
        var refused = catchThrowableOfType(InvalidDefinitionException.class, () -> stage.function(file));
        assertThat(refused).as(name).isNotNull();
        assertThat(refused.problem().why()).contains(why);
        assertThat(refused.problem().whatToDo()).contains(whatToDo);
    }

    @Test
    void aFileThatTheImageNamesAndDoesNotHave() throws Exception {
        var secret = Files.write(folder.resolve("secret.wasm"), Handmade.nothing());
        var bundle = stage.bundle(Handmade.nothing(), "app/x.wasm", List.of("/app/y.wasm"), List.of());
        assertThatThrownBy(() -> stage.function(bundle, Stage.fn(64)))
                .hasMessageContaining("/app/y.wasm is not in the image");

        Files.createSymbolicLink(bundle.root().resolve("app/y.wasm"), secret);
        assertThatThrownBy(() -> stage.function(bundle, Stage.fn(64))).hasMessageContaining("is no file of the image");

        var above = new Bundle(
                bundle.digest(), bundle.root(), List.of("../../secret.wasm"), List.of(), bundle.env(), "/app");
        assertThatThrownBy(() -> stage.function(above, Stage.fn(64))).hasMessageContaining("is not in the image");
    }

    @Test
    void afterAnyChangeOfAByteAFileLoadsOrIsRefused() throws Exception {
        var whole = module(
                Handmade.TYPES,
                Handmade.PROC_EXIT,
                functions(1),
                section(4, 1, 0x70, 0, 1),
                Handmade.ONE_PAGE,
                section(6, 1, 0x7f, 1, 0x41, 0, 0x0b),
                exports("_start", 1),
                code(bytes(0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x23, 0, 0x10, 0)));
        var random = new Random(1);
        int loaded = 0;
        for (int i = 0; i < 400; i++) {
            var changed = whole.clone();
            changed[8 + random.nextInt(changed.length - 8)] ^= (byte) (1 << random.nextInt(8));
            try (var function = stage.function(changed)) {
                loaded++;
            } catch (InvalidDefinitionException e) {
                assertThat(e.problem().whatToDo()).isNotEmpty();
            }
        }
        assertThat(loaded).isBetween(1, 399);
    }

    @Test
    void aFunctionTooLargeForTheJvmIsInterpreted() throws Exception {
        var body = new byte[3 * 40_000];
        for (int i = 0; i < body.length; i += 3) {
            System.arraycopy(bytes(0x41, 1, 0x1a), 0, body, i, 3); // i32.const 1, drop
        }
        try (var function = stage.function(
                module(Handmade.TYPES, functions(1), Handmade.ONE_PAGE, exports("_start", 0), code(body)))) {
            assertThat(function.answer("x")).isEmpty();
        }
    }

    @Test
    void whatAStartFunctionDidIsDoneAnewForEachCall() throws Exception {
        var module = module(
                Handmade.TYPES,
                Handmade.PROC_EXIT,
                functions(2),
                Handmade.ONE_PAGE,
                section(6, 1, 0x7f, 1, 0x41, 0, 0x0b), // a global 0
                exports("_start", 2),
                section(8, 1),
                code(
                        bytes(0x23, 0, 0x41, 5, 0x6a, 0x24, 0), // adds 5 to it
                        bytes(0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x23, 0, 0x10, 0))); // adds 1, exits with it
        try (var function = stage.function(module)) {
            for (int i = 0; i < 3; i++) {
                assertThat(function.failure("x")).isEqualTo("exit code 6");
            }
        }
    }

    @Test
    void aTableThatGrewIsAsAtFirstForTheNextCall() throws Exception {
        var module = module(
                Handmade.TYPES,
                Handmade.PROC_EXIT,
                functions(1),
                section(4, 1, 0x70, 0, 1),
                Handmade.ONE_PAGE,
                exports("_start", 1),
                // table.grow by 1, exit with table.size
                code(bytes(0xd0, 0x70, 0x41, 1, 0xfc, 0x0f, 0, 0x1a, 0xfc, 0x10, 0, 0x10, 0)));
        try (var function = stage.function(module)) {
            for (int i = 0; i < 3; i++) {
                assertThat(function.failure("x")).isEqualTo("exit code 2");
            }
        }
    }
}
