package dev.fern.e2e;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonBoolean;
import io.helidon.json.JsonNumber;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Tells an Fn server about a function with the requests of `fn deploy --create-app` (fn CLI 0.6.63), once its image is
/// in the registry.
public final class FnClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final URI server;

    /// @param server its root, such as `http://127.0.0.1:8080`
    public FnClient(URI server) {
        this.server = server;
    }

    /// Creates or updates the app, the function and its http triggers. What is no longer in func.yaml stays on the
    /// server, as with the fn CLI.
    ///
    /// @return the function's id
    /// @throws IOException with the server's own words if it refuses
    public String deploy(String app, FuncYaml func, String image) throws IOException, InterruptedException {
        var appId = find("/v2/apps?name=" + encode(app)).orElse(null);
        if (appId == null) {
            appId = send("POST", "/v2/apps", JsonObject.builder().set("name", app));
        }
        var body = function(func, image);
        var found = find("/v2/fns?app_id=" + appId + "&name=" + encode(func.name()));
        var fnId = found.isPresent()
                ? send("PUT", "/v2/fns/" + found.get(), body.set("id", found.get()))
                : send("POST", "/v2/fns", body.set("app_id", appId).set("name", func.name()));
        for (var trigger : func.triggers()) {
            deploy(trigger, appId, fnId);
        }
        return fnId;
    }

    private void deploy(FuncYaml.HttpTrigger trigger, String appId, String fnId)
            throws IOException, InterruptedException {
        var body = JsonObject.builder()
                .set("app_id", appId)
                .set("fn_id", fnId)
                .set("name", trigger.name())
                .set("source", trigger.source())
                .set("type", trigger.type());
        var found = find("/v2/triggers?app_id=" + appId + "&fn_id=" + fnId + "&name=" + encode(trigger.name()));
        if (found.isPresent()) {
            send("PUT", "/v2/triggers/" + found.get(), body.set("id", found.get()));
        } else {
            send("POST", "/v2/triggers", body);
        }
    }

    /// Deletes an app with all in it, as `fn delete app`.
    public void delete(String app) throws IOException, InterruptedException {
        delete("/v2/apps/", find("/v2/apps?name=" + encode(app)));
    }

    /// Deletes a function, as `fn delete fn`.
    public void delete(String app, String fn) throws IOException, InterruptedException {
        var appId = find("/v2/apps?name=" + encode(app)).orElse("");
        delete("/v2/fns/", find("/v2/fns?app_id=" + appId + "&name=" + encode(fn)));
    }

    private void delete(String path, Optional<String> id) throws IOException, InterruptedException {
        if (id.isEmpty()) {
            throw new IOException("the Fn server has no such thing under " + path);
        }
        var request = HttpRequest.newBuilder(server.resolve(path + id.get()))
                .timeout(TIMEOUT)
                .DELETE()
                .build();
        var answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 204) {
            throw new IOException("DELETE " + path + id.get() + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    private static JsonObject.Builder function(FuncYaml func, String image) {
        var body = JsonObject.builder().set("image", image);
        if (func.memory() != null) {
            body.set("memory", func.memory());
        }
        if (func.timeout() != null) {
            body.set("timeout", func.timeout());
        }
        if (!func.config().isEmpty()) {
            body.set("config", config -> func.config().forEach(config::set));
        }
        if (!func.annotations().isEmpty()) {
            body.set("annotations", all -> func.annotations().forEach((key, value) -> all.set(key, json(value))));
        }
        return body;
    }

    private static JsonValue json(Object yaml) {
        return switch (yaml) {
            case String text -> JsonString.create(text);
            case Boolean flag -> JsonBoolean.create(flag);
            case Number number -> JsonNumber.create(new BigDecimal(number.toString()));
            case List<?> list ->
                JsonArray.create(list.stream().map(FnClient::json).toList());
            default -> throw new IllegalArgumentException("func.yaml can hold no " + yaml + " as an annotation");
        };
    }

    /// The id of the first object in a list, which the query has narrowed down to one.
    private Optional<String> find(String list) throws IOException, InterruptedException {
        return exchange(HttpRequest.newBuilder(server.resolve(list)))
                .arrayValue("items")
                .flatMap(items -> items.get(0))
                .flatMap(item -> item.asObject().stringValue("id"));
    }

    private static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    /// Sends an object and returns the id that it has on the server.
    private String send(String method, String path, JsonObject.Builder body) throws IOException, InterruptedException {
        var json = body.build().toString();
        return exchange(HttpRequest.newBuilder(server.resolve(path))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(json)))
                .stringValue("id")
                .orElseThrow(() -> new IOException("the Fn server gave " + json + " no id"));
    }

    private JsonObject exchange(HttpRequest.Builder builder) throws IOException, InterruptedException {
        var request =
                builder.header("Accept", "application/json").timeout(TIMEOUT).build();
        var answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(
                    request.method() + " " + request.uri() + ": " + answer.statusCode() + " " + answer.body());
        }
        return JsonParser.create(answer.body()).readJsonObject();
    }

    @Override
    public void close() {
        http.close();
    }
}
