package dev.fern.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// What a command talks to: standard input, output and error, all UTF-8 whatever the locale, and the environment.
record Terminal(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {
    static Terminal system() {
        return new Terminal(
                typed() ? InputStream.nullInputStream() : System.in,
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                System.getenv());
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /// Whether standard input is a keyboard: then nobody means it as a body (proc(5), /proc/self/fd).
    private static boolean typed() {
        try {
            var file = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /// A variable; empty counts as absent.
    String variable(String name) {
        return environment.getOrDefault(name, "");
    }
}
