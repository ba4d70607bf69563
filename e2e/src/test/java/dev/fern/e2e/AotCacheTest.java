package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.kit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// That a daemon which `./fern` starts really runs from an AOT cache: the file is mapped into its process, and the JVM
/// says of
/// its classes that they come from there.
class AotCacheTest {
    private static final String SCRIPT = "require('@fnproject/fdk').handle(input => 'got ' + input);\n";
    private static final String SHARED = " source: shared objects file";

    @Test
    void theDaemonRunsFromTheBaseCacheAndOnceItHasJavaScriptFromTheFullOne() throws Exception {
        try (var sandbox = new Sandbox()) {
            var functions = sandbox.folder("house");
            var classes = sandbox.folder("log").resolve("classes");
            var environment = Map.of("FERN_JAVA_OPTS", "-Xlog:class+load:file=" + classes);
            try (var fern = FernProcess.start(sandbox, "functions: \"" + functions + "\"\n", environment)) {
                assertThat(maps(fern)).contains("/aot/base-").doesNotContain("/aot/full-");
                assertThat(Files.readString(classes))
                        .contains("dev.fern.daemon.Main" + SHARED, "io.helidon.webserver.WebServer" + SHARED);
                var brokeOff = fern.data().resolve("aot-trial");
                Await.until("nothing says that the start broke off", () -> !Files.exists(brokeOff));

                deploy(functions.resolve("echo"));
                fern.stop();
                fern.restart();
                assertThat(call(fern)).isEqualTo("\"got x\"");
                assertThat(fern.data().resolve("runtimes")).hasContent("javascript\n");

                fern.stop();
                fern.restart();
                assertThat(maps(fern)).contains("/aot/full-").doesNotContain("/aot/base-");
                assertThat(call(fern)).isEqualTo("\"got x\"");
                assertThat(Files.readString(classes))
                        .contains("com.oracle.truffle.js.lang.JavaScriptLanguage" + SHARED);
            }
        }
    }

    @Test
    void withoutACacheItRunsTheSame() throws Exception {
        try (var sandbox = new Sandbox()) {
            var functions = sandbox.folder("house");
            deploy(functions.resolve("echo"));
            try (var fern =
                    FernProcess.start(sandbox, "functions: \"" + functions + "\"\n", Map.of("FERN_AOT", "off"))) {
                assertThat(maps(fern)).doesNotContain(".aot");
                assertThat(call(fern)).isEqualTo("\"got x\"");
            }
        }
    }

    private static String maps(FernProcess fern) throws IOException {
        return Files.readString(Path.of("/proc/" + fern.process().pid() + "/maps"));
    }

    private static void deploy(Path folder) throws IOException {
        Files.writeString(Files.createDirectories(folder).resolve("func.js"), SCRIPT);
        Files.writeString(folder.resolve("func.yaml"), """
                schema_version: 20180708
                name: echo
                version: 0.0.1
                runtime: node
                timeout: 60
                triggers: [{name: http, type: http, source: /echo}]
                """);
    }

    private static String call(FernProcess fern) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(fern.url() + "/t/house/echo"))
                    .POST(BodyPublishers.ofString("x"))
                    .build();
            return client.send(request, BodyHandlers.ofString()).body();
        }
    }
}
