package dev.fern.polyglot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.Call;
import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Result;
import dev.fern.kit.Examples;
import dev.fern.kit.NodeBundle;
import dev.fern.kit.NodeFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The same function under the real node with the official FDK and here: what it sees and what it
/// answers is the same.
final class Comparison implements AutoCloseable {
    private static final List<String> OWN = List.of("Fn-Fdk-Version", "Fn-Fdk-Runtime");
    private static final Map<String, String> CONFIG = Map.of("LIMIT", "30", "FN_APP_NAME", "greenhouse");

    final Stage stage;
    final Path sockets;

    Comparison(Path folder) throws IOException {
        stage = new Stage(folder);
        sockets = Files.createTempDirectory("fern-js");
    }

    @Override
    public void close() throws IOException {
        stage.close();
        try (var files = Files.list(sockets)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(sockets);
    }

    static Event event(String body, String... headers) {
        var fields = Headers.builder();
        for (int i = 0; i < headers.length; i += 2) {
            fields.add(headers[i], headers[i + 1]);
        }
        return Stage.request(fields.build(), body);
    }

    /// Calls it with each event there and here.
    void compare(String func, Event... events) throws Exception {
        compare(NodeBundle.in(stage.folder()).file("func.js", func), events);
    }

    void compare(NodeBundle files, Event... events) throws Exception {
        var bundle = files.bundle();
        try (var here = stage.function(bundle, CONFIG);
                var there = NodeFunction.start(bundle.root().resolve("function"), sockets, env())) {
            for (var event : events) {
                var call = Call.first(Examples.trigger("greenhouse/demo", "invoke", "invoke:x"), event, Stage.NOW);
                var real = there.call(
                        call.headers(Stage.NOW.plusSeconds(5)), event.data().bytes());
                var ours = here.instance().call(call, Stage.NOW.plusSeconds(5), here.log()::add);
                if (real.status() == 502) {
                    assertThat(ours).isInstanceOf(Result.FunctionError.class);
                    var message = ((Result.FunctionError) ours).message();
                    assertThat(real.text()).contains("\"detail\":\"" + message.replace("\"", "\\\"") + "\"");
                } else {
                    assertThat(real.status()).as("there: %s", there.output()).isEqualTo(200);
                    assertThat(ours).as("here: %s", here.log()).isInstanceOf(Result.Success.class);
                    same(((Result.Success) ours).answer(), real);
                }
            }
        }
    }

    static Map<String, String> env() {
        var env = new HashMap<>(CONFIG);
        env.put("FN_FN_NAME", "demo");
        env.put("FN_MEMORY", "64");
        return env;
    }

    private static void same(Answer ours, NodeFunction.Reply real) {
        assertThat(ours.body().text()).isEqualTo(real.text());
        assertThat(ours.body().bytes()).isEqualTo(real.body());
        assertThat(fields(ours.headers())).isEqualTo(fields(real.headers()));
        assertThat(OWN)
                .allMatch(name ->
                        ours.headers().first(name) != null && real.headers().first(name) != null);
    }

    private static Headers fields(Headers headers) {
        var rest = headers.toBuilder();
        OWN.forEach(rest::remove);
        return rest.build();
    }
}
