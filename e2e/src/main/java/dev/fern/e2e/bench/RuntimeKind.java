package dev.fern.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// The functions that are compared: JSON in, JSON out where the runtime has it, as the daemon finds them in an image.
enum RuntimeKind {
    JAVA("Java, JSON", 70),
    JAVASCRIPT("JavaScript, JSON", 100),
    WASM("WebAssembly, copies its input", 300),
    /// What a call costs where the function does nothing.
    WASM_EMPTY("WebAssembly, does nothing", 0),
    PROCESS("process (Python), fixed answer", 0);

    private static final String SCRIPT = """
            const fdk = require('@fnproject/fdk');
            fdk.handle(reading => ({room: reading.room, hot: reading.celsius > 30}));
            """;

    /// Answers everything with the same bytes, each connection in a thread.
    private static final String PYTHON = """
            import socket, threading
            def serve(c):
                while c.recv(100000):
                    c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nfine')
            s = socket.socket(socket.AF_UNIX)
            s.bind('/tmp/iofs/lsnr.sock')
            s.listen()
            while True:
                threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
            """;

    /// `while (fd_read(0, &v, 1, &n) == 0 && n > 0) fd_write(1, &v, 1, &n)` with a buffer of 1 KB.
    private static final String COPY = """
            AGFzbQEAAAABDAJgBH9/f38Bf2AAAAJEAhZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxB2ZkX3JlYWQAABZ3YXNpX3NuYXBzaG90X3By
            ZXZpZXcxCGZkX3dyaXRlAAADAgEBBQMBAAEGBwF/AUGQMAsHEwIGbWVtb3J5AgAGX3N0YXJ0AAIKmgEBlwEBAn8jgICAgABBEGsi
            ACSAgICAACAAQQApA4CIgIAANwMIAkBBACAAQQhqQQEgAEEEahCAgICAAA0AIAAoAgQiAUUNAANAIAAgATYCDEEBIABBCGpBASAA
            QQRqEIGAgIAAGiAAQYAINgIMQQAgAEEIakEBIABBBGoQgICAgAANASAAKAIEIgENAAsLIABBEGokgICAgAALCw8BAEGACAsIEAQA
            AAAEAAA=
            """;

    /// `_start` with an empty body, and one page of memory.
    private static final byte[] NOTHING = {
        0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 10, 1, 6, '_', 's', 't', 'a',
        'r', 't', 0, 0, 10, 4, 1, 2, 0, 0x0b
    };

    final String title;
    /// What an idle function may hold, in KB; 0 for no target.
    final int idleKb;

    RuntimeKind(String title, int idleKb) {
        this.title = title;
        this.idleKb = idleKb;
    }

    /// The beginning of its functions' names.
    String label() {
        return name().toLowerCase(Locale.ROOT).replace("_", "");
    }

    /// Lays a function out as the daemon has it after unpacking its image.
    void prepare(Path parent, int number) throws IOException {
        var name = label() + number;
        var function = Files.createDirectories(parent.resolve(name + "/function"));
        switch (this) {
            case JAVA -> {
                var built = Functions.write(parent.resolve("built"), name, Functions.JSON, List.of());
                Files.copy(
                        built.resolve("target/" + name + ".jar"),
                        Files.createDirectories(function.resolve("app")).resolve(name + ".jar"));
            }
            case JAVASCRIPT -> Files.writeString(function.resolve("func.js"), SCRIPT + "// " + name + "\n");
            case WASM ->
                Files.write(
                        function.resolve("func.wasm"), Base64.getMimeDecoder().decode(COPY));
            case WASM_EMPTY -> Files.write(function.resolve("func.wasm"), NOTHING);
            case PROCESS -> Files.writeString(function.resolve("func.py"), PYTHON);
        }
    }

    /// The image's Cmd.
    List<String> command(String name) {
        return switch (this) {
            case JAVA -> List.of(Functions.command(name));
            case JAVASCRIPT -> List.of("node", "func.js");
            case WASM, WASM_EMPTY -> List.of();
            case PROCESS -> List.of("python3", "-u", "func.py");
        };
    }
}
