package dev.fern.kit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/// A real docker-registry (Debian's package of that name), its own process on a free port, its images in a folder of
/// the test. Closing kills it.
///
/// ```
/// try (var registry = DockerRegistry.start(dir)) {
///     var digest = registry.push("acme/hello:1",
///             new FunctionImage().layer("COPY hello.jar /function/app/", Entry.file("function/app/hello.jar", jar)));
///     images.fetch(registry.host() + "/acme/hello:1", null, false);
/// }
/// ```
public final class DockerRegistry implements AutoCloseable {
    /// Who may in, if the registry was started with a password.
    public static final String USER = "fern";

    public static final String PASSWORD = "green house";

    private static final String HTPASSWD = USER + ":$2b$04$ZQwnPsdWyZKtKHw93VTmV.ANh6cN7cPHoLCSgD3C91SNuyVTzOYZO\n";
    private static final String HEADER = "X-Fern-Test";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;
    private final int port;
    private final boolean password;

    private DockerRegistry(Process process, int port, boolean password) {
        this.process = process;
        this.port = port;
        this.password = password;
    }

    /// Starts one that anybody may read and write, and waits until it answers.
    public static DockerRegistry start(Path dir) throws IOException, InterruptedException {
        return start(dir, false);
    }

    /// Starts one that asks for [#USER] and [#PASSWORD] (HTTP Basic), and waits until it answers.
    public static DockerRegistry startWithPassword(Path dir) throws IOException, InterruptedException {
        return start(dir, true);
    }

    private static DockerRegistry start(Path dir, boolean password) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < 5; attempt++) {
            int port = freePort();
            var name = UUID.randomUUID().toString();
            var config = Files.writeString(dir.resolve("registry.yml"), config(dir, port, name, password));
            var process = new ProcessBuilder("docker-registry", "serve", config.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(dir.resolve("registry.log").toFile())
                    .start();
            var registry = new DockerRegistry(process, port, password);
            if (registry.answers(name)) {
                return registry;
            }
            registry.close();
        }
        throw new IOException("docker-registry does not start: " + Files.readString(dir.resolve("registry.log")));
    }

    private static String config(Path dir, int port, String name, boolean password) throws IOException {
        var users = Files.writeString(dir.resolve("htpasswd"), HTPASSWD);
        return """
                version: 0.1
                log: {level: warn, accesslog: {disabled: true}}
                storage:
                  filesystem: {rootdirectory: '%s'}
                  delete: {enabled: true}
                http:
                  addr: 127.0.0.1:%d
                  headers: {%s: ['%s']}
                %s
                """.formatted(
                        dir.resolve("registry"),
                        port,
                        HEADER,
                        name,
                        password ? "auth: {htpasswd: {realm: fern, path: '" + users + "'}}" : "");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Waits until this very child answers: somebody else on its port would not know its name.
    private boolean answers(String name) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                var response = client.send(request("/v2/").build(), BodyHandlers.discarding());
                return response.headers().firstValue(HEADER).orElse("").equals(name);
            } catch (IOException e) {
                Thread.sleep(20);
            }
        }
        return false;
    }

    /// `127.0.0.1:PORT`, as an image reference begins.
    public String host() {
        return "127.0.0.1:" + port;
    }

    /// Uploads the image under `NAME:TAG` and gives its digest.
    public String push(String nameAndTag, FunctionImage image) throws IOException, InterruptedException {
        int colon = nameAndTag.lastIndexOf(':');
        var name = nameAndTag.substring(0, colon);
        upload(name, image);
        return manifest(name, nameAndTag.substring(colon + 1), image.manifest());
    }

    /// Uploads an index of these images, one for each architecture, and gives its digest.
    public String pushIndex(String nameAndTag, FunctionImage... images) throws IOException, InterruptedException {
        int colon = nameAndTag.lastIndexOf(':');
        var name = nameAndTag.substring(0, colon);
        for (var image : images) {
            upload(name, image);
            manifest(name, image.manifest().digest(), image.manifest());
        }
        return manifest(name, nameAndTag.substring(colon + 1), FunctionImage.index(Arrays.asList(images)));
    }

    /// Takes the manifest away; its layers stay.
    public void delete(String name, String digest) throws IOException, InterruptedException {
        send(request("/v2/" + name + "/manifests/" + digest).DELETE(), 202);
    }

    private void upload(String name, FunctionImage image) throws IOException, InterruptedException {
        for (var blob : image.blobs()) {
            blob(name, blob);
        }
    }

    private void blob(String name, FunctionImage.Blob blob) throws IOException, InterruptedException {
        var started = send(request("/v2/" + name + "/blobs/uploads/").POST(BodyPublishers.noBody()), 202);
        var where = started.headers().firstValue("Location").orElseThrow();
        var separator = where.indexOf('?') < 0 ? "?" : "&";
        send(request(where + separator + "digest=" + blob.digest()).PUT(BodyPublishers.ofByteArray(blob.bytes())), 201);
    }

    private String manifest(String name, String reference, FunctionImage.Blob manifest)
            throws IOException, InterruptedException {
        send(
                request("/v2/" + name + "/manifests/" + reference)
                        .header("Content-Type", manifest.mediaType())
                        .PUT(BodyPublishers.ofByteArray(manifest.bytes())),
                201);
        return manifest.digest();
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(URI.create("http://" + host()).resolve(path))
                .timeout(Duration.ofSeconds(20));
        if (password) {
            var secret = (USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(secret));
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest.Builder request, int expected)
            throws IOException, InterruptedException {
        var response = client.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() != expected) {
            throw new IOException(
                    response.request().uri() + " answered " + response.statusCode() + " " + response.body());
        }
        return response;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.shutdownNow();
    }
}
