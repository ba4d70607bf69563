package dev.fern.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Writes functions that do what a call asks for, one in each runtime, as folders for `functions:` in fern.yaml.
final class BadFunctions {
    private static final String JAVA = """
            package com.example.fn;
            import java.util.*;
            public class %s {
                static final List<Object> KEPT = new ArrayList<>();
                static volatile long n;
                public String handle(String in) {
                    switch (in) {
                        case "loop": while (true) n++;
                        case "hog": while (true) KEPT.add(new byte[10_000]);
                        case "large": while (true) KEPT.add(new byte[4 << 20]);
                        case "churn": for (int i = 0; i < 400_000; i++) n += new byte[10_000].length; return "done";
                        default: return in;
                    }
                }
            }
            """;
    private static final String JAVASCRIPT = """
            const kept = []
            let n = 0
            require('@fnproject/fdk').handle(async (input, ctx) => {
              ctx.responseContentType = 'text/plain'
              switch (input) {
                case 'loop': for (;;) n++
                case 'hog': for (;;) kept.push('x'.repeat(1e4) + n++)
                case 'large': for (;;) kept.push(Buffer.alloc(4 << 20, 1))
                case 'churn': for (let i = 0; i < 4e5; i++) n = 'x'.repeat(100) + i; return 'done'
                default: return input
              }
            }, { inputMode: 'string' })
            """;
    private static final String C = """
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            char *volatile kept;
            int main() {
              static char in[100];
              in[fread(in, 1, sizeof in - 1, stdin)] = 0;
              if (!strcmp(in, "loop")) for (volatile int i = 0;; i++);
              if (!strcmp(in, "hog")) for (;;) { if (!(kept = malloc(10000))) return 1; memset(kept, 1, 10000); }
              if (!strcmp(in, "large")) for (;;) { if (!(kept = malloc(4 << 20))) return 1; memset(kept, 1, 4 << 20); }
              if (!strcmp(in, "churn"))
                for (int i = 0; i < 20000; i++) { memset(kept = malloc(100000), 1, 100000); free(kept); }
              fputs(in, stdout);
            }
            """;
    private static final String FDK = "target/npm/node_modules/@fnproject";

    private BadFunctions() {}

    /// All of them, in that folder, with a Java function `good` that answers with what it gets.
    static void write(Path parent) throws IOException, InterruptedException {
        Functions.write(parent, "good", Functions.ECHO, List.of());
        Functions.write(parent, "java", JAVA, List.of());
        script(parent.resolve("javascript"), "{}");
        var process = script(parent.resolve("process"), "{fern/isolation: process}");
        try (var files = Files.walk(Path.of(System.getProperty("fern.home", "."), FDK))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var copy = process.resolve(
                        "node_modules/" + file.toString().replaceFirst(".*/node_modules/(?=@fnproject)", ""));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        wasm(parent.resolve("wasm"));
    }

    private static Path script(Path folder, String annotations) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("func.js"), JAVASCRIPT);
        return func(folder, "node", annotations);
    }

    private static void wasm(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        var source = Files.writeString(folder.resolve("func.c"), C);
        var clang = new ProcessBuilder(
                        "clang", "--target=wasm32-wasi", "--sysroot=/usr", "-Os", "-o", "func.wasm", source.toString())
                .directory(folder.toFile())
                .inheritIO()
                .start();
        if (clang.waitFor() != 0) {
            throw new IOException("clang could not compile " + source);
        }
        func(folder, "docker", "{}");
    }

    private static Path func(Path folder, String runtime, String annotations) throws IOException {
        Files.writeString(folder.resolve("func.yaml"), """
                schema_version: 20180708
                name: %s
                version: 0.0.1
                runtime: %s
                memory: 64
                timeout: 5
                annotations: %s
                """.formatted(folder.getFileName(), runtime, annotations));
        return folder;
    }
}
