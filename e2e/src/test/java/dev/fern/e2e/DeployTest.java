package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import dev.fern.publish.Publisher;
import dev.fern.publish.Steps;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// `fern deploy` as its users run it: a real registry, an Fn server, and a daemon that runs what was deployed.
class DeployTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final List<String> OFFICIAL = List.of("java", "-cp", "/function/app/*", "EntryPoint");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Stage stage;
    private static FernProcess fern;

    @BeforeAll
    static void start() throws Exception {
        stage = new Stage();
        fern = stage.startFern();
    }

    @AfterAll
    static void stop() {
        HTTP.close();
        stage.close();
    }

    /// What it wrote.
    private static List<String> deploy(Path folder, String... more) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("fern.home"), "fern").toString(),
                "deploy",
                folder.toString(),
                "--app",
                Stage.APP));
        command.addAll(List.of(more));
        var where = Map.of(
                "FN_API_URL", stage.cloud().url().toString(),
                "FN_REGISTRY", stage.registry().address() + "/acme",
                "HOME", stage.sandbox().folder("home").toString());
        return stage.sandbox().start(command, where).awaitSuccess(LIMIT);
    }

    private static Path folder(String name, String func, Map<String, String> files) throws IOException {
        var folder = stage.sandbox().folder("functions/" + name);
        Files.writeString(folder.resolve("func.yaml"), func);
        for (var file : files.entrySet()) {
            var path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return folder;
    }

    private static JsonObject inspect(String image, boolean config) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Programs.find("skopeo"), "inspect", "--tls-verify=false"));
        command.addAll(config ? List.of("--config", "docker://" + image) : List.of("docker://" + image));
        var output = stage.sandbox().start(command, Map.of()).awaitSuccess(LIMIT);
        return JsonParser.create(String.join("\n", output)).readJsonObject();
    }

    private static List<String> texts(JsonObject object, String key) {
        return object.arrayValue(key).map(JsonArray::values).orElse(List.of()).stream()
                .map(value -> value.asString().value())
                .toList();
    }

    private static JsonObject cloud(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(stage.cloud().url().resolve(path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return JsonParser.create(HTTP.send(request, BodyHandlers.ofString()).body())
                .readJsonObject();
    }

    private static JsonObject first(String list) throws IOException, InterruptedException {
        return cloud("GET", list, "")
                .arrayValue("items")
                .orElseThrow()
                .values()
                .getFirst()
                .asObject();
    }

    private static JsonObject fn(String name) throws IOException, InterruptedException {
        var app = first("/v2/apps?name=" + Stage.APP).stringValue("id", "");
        return first("/v2/fns?app_id=" + app + "&name=" + name);
    }

    private static List<String> triggers(JsonObject fn) throws IOException, InterruptedException {
        var list = "/v2/triggers?app_id=" + fn.stringValue("app_id", "") + "&fn_id=" + fn.stringValue("id", "");
        return cloud("GET", list, "").arrayValue("items").orElseThrow().values().stream()
                .map(trigger -> trigger.asObject().stringValue("name", "") + " "
                        + trigger.asObject().stringValue("source", ""))
                .toList();
    }

    /// An image as the official one for Java is: the FDK below, and how it starts a function.
    private static String base() throws Exception {
        var folder = stage.sandbox().folder("base");
        var runtime = Files.writeString(folder.resolve("runtime.jar"), "the FDK of the base");
        var image = stage.registry().address() + "/fnproject/fn-java-fdk:jre21-1.0.212";
        Jib.fromScratch()
                .addLayer(List.of(runtime), AbsoluteUnixPath.get("/function/runtime"))
                .setEntrypoint(OFFICIAL)
                .setUser("fn")
                .addEnvironmentVariable("JAVA_HOME", "/usr/java")
                .containerize(Containerizer.to(RegistryImage.named(image))
                        .setAllowInsecureRegistries(true)
                        .setBaseImageLayersCache(folder)
                        .setApplicationLayersCache(folder));
        return image;
    }

    @Test
    void aJavaFunctionIsBuiltLaidOnTheOfficialImageAndRunsOnTheDevice() throws Exception {
        var base = base();
        var sample = Stage.sample("hello");
        var folder = folder(
                "greeter",
                Files.readString(sample.resolve("func.yaml"))
                        .replace("name: hello", "name: greeter")
                        .replace("source: /hello", "source: /greeter")
                        .replaceAll("run_image: .*", "run_image: " + base),
                Map.of(
                        "pom.xml",
                        Files.readString(sample.resolve("pom.xml")),
                        "src/main/java/com/example/fn/Hello.java",
                        Files.readString(sample.resolve("src/main/java/com/example/fn/Hello.java")),
                        "target/of-another-version.jar",
                        "must not be part of it"));

        var said = deploy(folder, "--wait", "--device", fern.url().toString());

        assertThat(fern.get("/t/greenhouse/greeter?name=Ada").body()).contains("Ada");
        var image = stage.registry().address() + "/acme/greeter:0.0.2";
        assertThat(said).anyMatch(line -> line.startsWith("greenhouse/greeter " + image + "@sha256:"));
        assertThat(said).anyMatch(line -> line.startsWith("building with mvn package"));
        var below = texts(inspect(base, false), "Layers");
        var layers = texts(inspect(image, false), "Layers");
        assertThat(layers).hasSize(below.size() + 1).startsWith(below.getFirst());
        var config = inspect(image, true);
        var run = config.objectValue("config").orElseThrow();
        assertThat(texts(run, "Entrypoint")).isEqualTo(OFFICIAL);
        assertThat(texts(run, "Cmd")).containsExactly("com.example.fn.Hello::handle");
        assertThat(texts(run, "Env")).contains("JAVA_HOME=/usr/java");
        assertThat(run.stringValue("WorkingDir")).hasValue("/function");
        assertThat(run.stringValue("User")).hasValue("fn");
        assertThat(config.arrayValue("history").orElseThrow().values().stream()
                        .map(step -> step.asObject().stringValue("created_by", ""))
                        .skip(1))
                .containsExactly(
                        "WORKDIR /function",
                        "COPY target/*.jar /function/app/",
                        "ENTRYPOINT [\"java\",\"-cp\",\"/function/app/*\",\"EntryPoint\"]",
                        "CMD [\"com.example.fn.Hello::handle\"]");
        try (var files = Files.walk(fern.data())) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .contains("hello-0.0.1.jar")
                    .doesNotContain("runtime.jar", "of-another-version.jar");
        }
    }

    @Test
    void whatIsGoneFromFuncYamlIsGoneFromTheServerAndTheDeviceAndNothingElseIs() throws Exception {
        var code = "const fdk = require('@fnproject/fdk');\nfdk.handle(() => '%s');\n";
        var folder = folder("bell", """
                # the bell at the door
                schema_version: 20180708
                name: bell
                version: 1.2.9   # raised by deploying
                runtime: node
                annotations:
                  fern/on/ring: "mqtt:door/ring"
                  fern/to/loud: "mqtt:door/loud?from=ring"
                  fern/to/soft: "mqtt:door/soft?from=ring"
                triggers:
                  - {name: old, type: http, source: /bell}
                """, Map.of("func.js", code.formatted("ding")));
        deploy(folder, "--edge-only", "--wait", "--device", fern.url().toString());
        assertThat(fern.get("/t/greenhouse/bell").body()).isEqualTo("\"ding\"");
        var before = fn("bell");
        cloud(
                "PUT",
                "/v2/fns/" + before.stringValue("id", ""),
                "{\"annotations\":{\"others.example/x\":[1]},\"config\":{\"BY_HAND\":\"1\"}}");
        Files.writeString(
                folder.resolve("func.yaml"),
                Files.readString(folder.resolve("func.yaml"))
                        .replaceFirst(".*fern/to/soft.*\\n", "")
                        .replace("name: old", "name: new"));
        Files.writeString(folder.resolve("func.js"), code.formatted("dong"));

        var said = deploy(folder, "--edge-only", "--mqtt", stage.broker().url().toString());

        assertThat(said).anyMatch(line -> line.matches(fern.device() + ": ready after \\d+ ms"));
        assertThat(said).contains("removed annotation fern/to/soft", "removed trigger old", "created trigger new");
        assertThat(fern.get("/t/greenhouse/bell").body()).isEqualTo("\"dong\"");
        var after = fn("bell");
        assertThat(after.stringValue("id")).isEqualTo(before.stringValue("id"));
        assertThat(after.objectValue("annotations").orElseThrow().keysAsStrings())
                .contains("fern/on/ring", "fern/to/loud", "others.example/x")
                .doesNotContain("fern/to/soft");
        assertThat(after.objectValue("config").orElseThrow().stringValue("BY_HAND"))
                .hasValue("1");
        assertThat(triggers(after)).containsExactly("new /bell");
        assertThat(Files.readString(folder.resolve("func.yaml")))
                .startsWith("# the bell at the door\nschema_version: 20180708\nname: bell\n"
                        + "version: 1.2.11   # raised by deploying\nruntime: node\n");
        assertThat(after.stringValue("image")).hasValue(stage.registry().address() + "/acme/bell:1.2.11");
    }

    @Test
    void theSameFilesMakeTheSameImage() throws Exception {
        var files = Map.of("func.js", "// nothing", "node_modules/a/index.js", "1", "node_modules/b/index.js", "2");
        var func = "schema_version: 20180708\nname: same\nversion: 0.0.1\nruntime: node\n";
        var folder = folder("same", func, files);

        var first = digest(folder);
        for (var file : files.keySet()) {
            Files.setLastModifiedTime(folder.resolve(file), FileTime.fromMillis(0));
        }

        assertThat(digest(folder)).startsWith("sha256:").isEqualTo(first);
        Files.writeString(folder.resolve("func.js"), "// something");
        assertThat(digest(folder)).isNotEqualTo(first);
    }

    private static String digest(Path folder) throws Exception {
        try (var steps = new Steps(_ -> {})) {
            var order = Stage.order(folder, stage.registry(), stage.cloud().url());
            return new Publisher(order, steps).publish().digest();
        }
    }

    @Test
    void withoutTheOfficialImageNothingIsDeployedAndEdgeOnlyIsNamed() throws Exception {
        var func = "schema_version: 20180708\nname: lost\nversion: 0.0.1\nruntime: node\nrun_image: "
                + stage.registry().address() + "/fnproject/none:24\n";
        var folder = folder("lost", func, Map.of("func.js", "// nothing"));

        assertThatThrownBy(() -> deploy(folder))
                .hasMessageContaining("has no base image")
                .hasMessageContaining("--edge-only");

        assertThat(Files.readString(folder.resolve("func.yaml"))).isEqualTo(func);
    }
}
