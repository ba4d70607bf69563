package dev.fern.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/// The functions of [Training], as folders with func.yaml and code, named as their runtimes.
final class TrainingFunctions {
    private static final String JAVASCRIPT = """
            const fdk = require('@fnproject/fdk');
            fdk.handle(async (input, context) => {
              await new Promise(done => setTimeout(done, 1));
              console.log('call', context.callID);
              const text = new TextDecoder().decode(Buffer.from(JSON.stringify(input)));
              return {got: text.replace(/celsius/g, 'C'), sum: [...new Set([1, 2, 3])].reduce((a, b) => a + b, 0)};
            });
            """;

    /// A command that copies standard input to standard output:
    ///
    /// ```c
    /// struct iov { char *at; unsigned size; };
    /// // fd_read and fd_write of wasi_snapshot_preview1
    /// static char buffer[1024];
    /// void _start(void) {
    ///   struct iov v = {buffer, 1024};
    ///   unsigned n;
    ///   while (fd_read(0, &v, 1, &n) == 0 && n > 0) { v.size = n; fd_write(1, &v, 1, &n); v.size = 1024; }
    /// }
    /// ```
    private static final String WASM = """
            AGFzbQEAAAABDAJgBH9/f38Bf2AAAAJEAhZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxB2ZkX3JlYWQAABZ3YXNpX3NuYXBzaG90X3By
            ZXZpZXcxCGZkX3dyaXRlAAADAgEBBQMBAAEGBwF/AUGQMAsHEwIGbWVtb3J5AgAGX3N0YXJ0AAIKmgEBlwEBAn8jgICAgABBEGsi
            ACSAgICAACAAQQApA4CIgIAANwMIAkBBACAAQQhqQQEgAEEEahCAgICAAA0AIAAoAgQiAUUNAANAIAAgATYCDEEBIABBCGpBASAA
            QQRqEIGAgIAAGiAAQYAINgIMQQAgAEEIakEBIABBBGoQgICAgAANASAAKAIEIgENAAsLIABBEGokgICAgAALCw8BAEGACAsIEAQA
            AAAEAAA=
            """;

    private TrainingFunctions() {}

    static void write(Path parent, boolean javaScript) throws IOException {
        var java = folder(parent, "java", "java", Sample.class.getName() + "::handle");
        jar(java.resolve("target/java.jar"));
        var wasm = folder(parent, "wasm", "docker", "none");
        Files.write(wasm.resolve("func.wasm"), Base64.getMimeDecoder().decode(WASM));
        if (javaScript) {
            Files.writeString(folder(parent, "javascript", "node", "none").resolve("func.js"), JAVASCRIPT);
        }
    }

    private static Path folder(Path parent, String name, String runtime, String command) throws IOException {
        var folder = Files.createDirectories(parent.resolve(name));
        Files.writeString(folder.resolve("func.yaml"), """
                schema_version: 20180708
                name: %1$s
                version: 0.0.1
                runtime: %2$s
                cmd: %3$s
                memory: 32
                timeout: 120
                annotations: {fern/on/edge: "gpio:17"}
                triggers: [{name: http, type: http, source: /%1$s}]
                """.formatted(name, runtime, command));
        return folder;
    }

    private static void jar(Path file) throws IOException {
        var name = Sample.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(file.getParent());
        try (var code = Sample.class.getResourceAsStream("/" + name);
                var jar = new JarOutputStream(Files.newOutputStream(file))) {
            if (code == null) {
                throw new UncheckedIOException(new IOException(name + " is not on the class path"));
            }
            jar.putNextEntry(new JarEntry(name));
            code.transferTo(jar);
        }
    }
}
