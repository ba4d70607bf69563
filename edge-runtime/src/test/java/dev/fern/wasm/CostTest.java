package dev.fern.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.kit.Examples;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostTest {
    @TempDir
    Path folder;

    @Test
    void aDeviceWithoutWebAssemblyLoadsNoEngine() throws Exception {
        var classes = new ArrayList<URL>();
        for (var type : List.of(WasmRuntime.class, Examples.class)) {
            classes.add(type.getProtectionDomain().getCodeSource().getLocation());
        }
        try (var loader = new URLClassLoader(classes.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            var metrics = loader.loadClass("dev.fern.Metrics");
            var runtime = loader.loadClass(WasmRuntime.class.getName())
                    .getConstructor(int.class, metrics)
                    .newInstance(1, metrics.getConstructor().newInstance());
            var fn = loader.loadClass(Examples.class.getName())
                    .getMethod("fn", String.class, String[].class)
                    .invoke(null, "app/name", new String[0]);
            var bundle = loader.loadClass(Bundle.class.getName())
                    .getConstructors()[0]
                    .newInstance("", folder, List.of(), List.of("a.B::c"), Map.of(), "/function");

            assertThat(runtime.getClass()
                            .getMethod("canRun", loader.loadClass(Fn.class.getName()), bundle.getClass())
                            .invoke(runtime, fn, bundle))
                    .isEqualTo(false);
        }
    }

    @Test
    void anIdleFunctionHoldsLittle() throws Exception {
        var stage = new Stage(folder);
        var wasm = Clang.command(folder, "command.c");
        var functions = new ArrayList<Stage.Function>();
        long began = System.nanoTime();
        for (int i = 0; i < 3; i++) {
            functions.add(called(stage, wasm));
        }
        long load = (System.nanoTime() - began) / 3;
        functions.getFirst().answer("size");
        long before = heap();
        for (int i = 0; i < 10; i++) {
            functions.add(called(stage, wasm));
        }
        long each = (heap() - before) / 10;
        var nothing = stage.function(Handmade.nothing());
        System.out.printf(
                "wasm: load %d ms, idle %d KB of heap, empty call %d ns, call with fread and printf %d ns%n",
                load / 1_000_000, each >> 10, nanosOf(nothing), nanosOf(functions.getFirst()));
        nothing.close();
        assertThat(each).isLessThan(300 << 10);
        functions.forEach(Stage.Function::close);
    }

    /// Of a warm call, the making of the call included.
    private static long nanosOf(Stage.Function function) {
        long began = 0;
        for (int i = 0; i < 10_000; i++) {
            began = i == 5_000 ? System.nanoTime() : began;
            function.call("size");
        }
        return (System.nanoTime() - began) / 5_000;
    }

    private static Stage.Function called(Stage stage, byte[] wasm) throws Exception {
        var function = stage.function(wasm);
        function.answer("size" + "x".repeat(50_000)); // so that it has held something
        return function;
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
