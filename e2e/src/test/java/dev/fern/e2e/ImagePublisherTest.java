package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagePublisherTest {
    private static final FuncYaml HELLO;

    static {
        try {
            HELLO = FuncYaml.read(Path.of(System.getProperty("fern.home"), "functions", "hello"));
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void theImageIsLaidOutAsTheFnCliDoes(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("target/classes"));
        Files.writeString(folder.resolve("target/hello-0.0.1.jar"), "the function");
        Files.writeString(folder.resolve("target/org.example.library-1.jar"), "its library");
        Files.writeString(folder.resolve("target/classes/left.out"), "not this");
        try (var sandbox = new Sandbox()) {
            var registry = DockerRegistry.start(sandbox);
            var image = new ImagePublisher(registry.address(), sandbox.folder("jib")).publish(folder, HELLO);

            assertThat(image).isEqualTo(registry.address() + "/hello:0.0.1");
            var root = "http://" + registry.address() + "/v2/hello/";
            var manifest = json(get(root + "manifests/0.0.1"));
            var config = json(
                    get(root + "blobs/" + text(manifest.objectValue("config").orElseThrow(), "digest")));
            var run = config.objectValue("config").orElseThrow();
            assertThat(text(manifest, "mediaType")).isEqualTo("application/vnd.oci.image.manifest.v1+json");
            assertThat(run.arrayValue("Entrypoint")
                            .orElseThrow()
                            .values()
                            .getLast()
                            .asString()
                            .value())
                    .isEqualTo("com.fnproject.fn.runtime.EntryPoint");
            assertThat(run.arrayValue("Cmd").orElseThrow().toString()).isEqualTo("[\"com.example.fn.Hello::handle\"]");
            assertThat(text(run, "WorkingDir")).isEqualTo("/function");
            var layers = manifest.arrayValue("layers").orElseThrow().values();
            assertThat(layers).hasSize(1);
            assertThat(files(get(root + "blobs/" + text(layers.getFirst().asObject(), "digest"))))
                    .isEqualTo(Map.of(
                            "function/app/hello-0.0.1.jar", "the function",
                            "function/app/org.example.library-1.jar", "its library"));
        }
    }

    @Test
    void aJavaScriptFunctionIsItsFolder(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("lib"));
        Files.writeString(folder.resolve("func.js"), "the function");
        Files.writeString(folder.resolve("lib/one.js"), "a part of it");
        try (var sandbox = new Sandbox()) {
            var registry = DockerRegistry.start(sandbox);
            new ImagePublisher(registry.address(), sandbox.folder("jib")).publish(folder, HELLO);

            var root = "http://" + registry.address() + "/v2/hello/";
            var manifest = json(get(root + "manifests/0.0.1"));
            var config = json(
                    get(root + "blobs/" + text(manifest.objectValue("config").orElseThrow(), "digest")));
            assertThat(config.objectValue("config")
                            .orElseThrow()
                            .arrayValue("Entrypoint")
                            .orElseThrow()
                            .toString())
                    .isEqualTo("[\"node\",\"func.js\"]");
            var layers = manifest.arrayValue("layers").orElseThrow().values();
            assertThat(files(get(root + "blobs/" + text(layers.getFirst().asObject(), "digest"))))
                    .isEqualTo(Map.of("function/func.js", "the function", "function/lib/one.js", "a part of it"));
        }
    }

    @Test
    void aFolderThatIsNotBuiltIsRefused(@TempDir Path folder) throws Exception {
        Files.createDirectory(folder.resolve("target"));

        assertThatThrownBy(() -> new ImagePublisher("127.0.0.1:1", folder).publish(folder, HELLO))
                .hasMessageContaining("run mvn package");
    }

    @Test
    void aRegistryThatIsAwayIsReported(@TempDir Path folder) throws Exception {
        Files.createDirectory(folder.resolve("target"));
        Files.writeString(folder.resolve("target/hello.jar"), "the function");
        int nobody = Sandbox.freePort();

        assertThatThrownBy(() -> new ImagePublisher("127.0.0.1:" + nobody, folder).publish(folder, HELLO))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot publish 127.0.0.1:" + nobody + "/hello:0.0.1");
    }

    private byte[] get(String url) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url))
                .header("Accept", "application/vnd.oci.image.manifest.v1+json")
                .build();
        var answer = http.send(request, BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).as(url).isEqualTo(200);
        return answer.body();
    }

    private static JsonObject json(byte[] bytes) {
        return JsonParser.create(bytes).readJsonObject();
    }

    private static String text(JsonObject object, String name) {
        return object.stringValue(name).orElseThrow();
    }

    private static Map<String, String> files(byte[] layer) throws IOException {
        var files = new LinkedHashMap<String, String>();
        try (var tar = new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(layer)))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.isFile()) {
                    files.put(entry.getName(), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return files;
    }
}
