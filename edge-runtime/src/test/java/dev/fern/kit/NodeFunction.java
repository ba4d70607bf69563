package dev.fern.kit;

import dev.fern.Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A JavaScript function as an Fn server runs it: the real node with the official, unmodified FDK from
/// npm, called over its Unix socket (fn-format.md of Fn's documentation, `http-stream`).
public final class NodeFunction implements AutoCloseable {
    /// What a call got. A status of 0: the process ended without an answer.
    public record Reply(int status, Headers headers, byte[] body) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private static final String FDK = "@fnproject/fdk@0.0.76";

    private final Process process;
    private final Path listener;
    private final Path output;

    /// Starts `node func.js` in that folder, and waits for its socket.
    ///
    /// @param function the folder, which gets a node_modules with the FDK
    /// @param socket a folder for the socket, with a short name
    public static NodeFunction start(Path function, Path socket, Map<String, String> env)
            throws IOException, InterruptedException {
        return new NodeFunction(function, socket, env);
    }

    private NodeFunction(Path function, Path socket, Map<String, String> env) throws IOException, InterruptedException {
        if (!Files.exists(function.resolve("node_modules/@fnproject"))) {
            installInto(function);
        }
        listener = socket.resolve("lsnr.sock");
        Files.deleteIfExists(listener);
        Files.deleteIfExists(socket.resolve("lsnr.sock.tmp"));
        output = socket.resolve("output");
        var builder = new ProcessBuilder("node", "func.js")
                .directory(function.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(env);
        builder.environment().put("FN_FORMAT", "http-stream");
        builder.environment().put("FN_LISTENER", "unix:" + listener);
        process = builder.start();
        Await.until("node listens: " + Files.readString(output), () -> Files.exists(listener) || !process.isAlive());
    }

    /// Copies the official FDK into that folder's node_modules.
    public static void installInto(Path function) throws IOException, InterruptedException {
        var from = npm();
        try (var files = Files.walk(from.resolve("node_modules/@fnproject"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var to = function.resolve(from.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
    }

    /// The folder in whose node_modules the official FDK is; fetched from npm once, into target/.
    public static synchronized Path npm() throws IOException, InterruptedException {
        var folder = Path.of(System.getProperty("fern.home"), "target", "npm");
        if (!Files.exists(folder.resolve("node_modules/@fnproject/fdk/package.json"))) {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("package.json"), "{\"private\":true}");
            var install = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", FDK)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            if (!install.waitFor(5, TimeUnit.MINUTES) || install.exitValue() != 0) {
                install.destroyForcibly();
                throw new IOException("npm install " + FDK + ": " + Files.readString(folder.resolve("log")));
            }
        }
        return folder;
    }

    /// One call, on a connection of its own.
    public Reply call(Headers headers, byte[] body) throws IOException {
        var head =
                new StringBuilder("POST /call HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(listener));
            channel.write(ByteBuffer.wrap(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8)));
            for (var rest = ByteBuffer.wrap(body); rest.hasRemaining(); ) {
                channel.write(rest);
            }
            return read(new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel))));
        } catch (EOFException e) {
            return new Reply(0, Headers.NONE, new byte[0]);
        }
    }

    private static Reply read(DataInputStream in) throws IOException {
        int status = Integer.parseInt(line(in).split(" ")[1]);
        var headers = Headers.builder();
        boolean chunked = false;
        int length = 0;
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            var name = line.substring(0, line.indexOf(':'));
            var value = line.substring(line.indexOf(':') + 1).strip();
            switch (name.toLowerCase(Locale.ROOT)) {
                case "transfer-encoding" -> chunked = true;
                case "content-length" -> length = Integer.parseInt(value);
                case "connection", "keep-alive", "date" -> {}
                default -> headers.add(name, value);
            }
        }
        return new Reply(status, headers.build(), chunked ? chunks(in) : in.readNBytes(length));
    }

    private static byte[] chunks(DataInputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            var chunk = new byte[size];
            in.readFully(chunk);
            body.writeBytes(chunk);
            line(in);
        }
        return body.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int one = in.read(); one != '\n'; one = in.read()) {
            if (one < 0) {
                throw new EOFException();
            }
            line.append((char) one);
        }
        return line.toString().strip();
    }

    /// What it printed.
    public String output() throws IOException {
        return Files.readString(output);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    }
}
