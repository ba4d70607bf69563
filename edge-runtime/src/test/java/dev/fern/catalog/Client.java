package dev.fern.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

/// Asks an API as the fn command does; bodies are written with ' in place of ".
record Client(Handler handler) {
    /// What [Catalog] and [Api] have in common.
    interface Handler {
        Reply handle(String method, String path, Map<String, List<String>> query, byte[] body, String baseUrl);
    }

    Reply ask(String method, String target, String body) {
        var exchange = new Exchange(0, method, target, "", body.replace('\'', '"'), 0, "");
        return handler.handle(
                method, exchange.path(), exchange.query(), exchange.body().getBytes(UTF_8), "http://pi:8080");
    }

    /// The id of what was made.
    String make(String kind, String body) {
        var reply = ask("POST", "/v2/" + kind, body);
        assertThat(reply.status()).as(reply.json()).isEqualTo(200);
        return reply.json().substring(7, 33);
    }

    /// The id of a new app.
    String app(String name) {
        return make("apps", "{'name':'" + name + "'}");
    }
}
