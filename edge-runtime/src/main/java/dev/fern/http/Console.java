package dev.fern.http;

import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.InvalidDefinitionException;
import dev.fern.Payload;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/fern/...`: what the commands and the dashboard ask of the daemon.
final class Console {
    private static final int MAX_CALLS = 1000;
    private static final int DEFAULT_CALLS = 100;
    /// Of a call's body, so much is shown in a list.
    private static final int SHOWN_BYTES = 4096;

    private static final String RETRY = "/fern/retry";

    private final Control control;
    private final LogStreams logs;
    private final int maxBody;

    Console(Control control, LogStreams logs, int maxBody) {
        this.control = control;
        this.logs = logs;
        this.maxBody = maxBody;
    }

    void handle(Exchange exchange) throws RefusedException, IOException, InterruptedException {
        switch (exchange.path()) {
            case "/fern/status" -> exchange.json(200, only("GET", exchange).statusJson());
            case "/fern/calls" ->
                exchange.json(200, list(only("GET", exchange).calls(number(exchange, DEFAULT_CALLS, MAX_CALLS))));
            case "/fern/dead" ->
                exchange.json(200, list(only("GET", exchange).dead(number(exchange, DEFAULT_CALLS, MAX_CALLS))));
            case "/fern/logs" -> logs.serve(exchange, only("GET", exchange));
            case "/fern/sync" -> {
                only("POST", exchange).sync();
                exchange.json(202, Door.message("looking at the cloud now"));
            }
            case "/fern/emit" -> emit(exchange, only("POST", exchange));
            case String path
            when path.equals(RETRY) || path.startsWith(RETRY + "/") -> retry(exchange, only("POST", exchange));
            default -> throw RefusedException.notFound(exchange);
        }
    }

    private Control only(String method, Exchange exchange) throws RefusedException {
        if (!exchange.method().equals(method)) {
            throw RefusedException.notAllowed(exchange);
        }
        return control;
    }

    static int number(Exchange exchange, int otherwise, int most) throws RefusedException {
        var text = exchange.query("n");
        if (text == null) {
            return otherwise;
        }
        try {
            return Math.clamp(Long.parseLong(text), 1, most);
        } catch (NumberFormatException e) {
            throw new RefusedException(400, "n=" + text + " is no number");
        }
    }

    private void retry(Exchange exchange, Control to) throws RefusedException, IOException {
        var path = exchange.path();
        var fn = exchange.query("fn");
        var what = path.length() > RETRY.length() + 1 ? path.substring(RETRY.length() + 1) : fn;
        if (what == null) {
            throw new RefusedException(400, "say what: POST /fern/retry/CALL or /fern/retry?fn=APP/NAME");
        }
        if (!to.retry(what)) {
            throw new RefusedException(404, "there is no dead call and no quarantined function " + what);
        }
        exchange.json(200, JsonObject.builder().set("retried", what).build().toString());
    }

    private void emit(Exchange exchange, Control to) throws RefusedException, IOException {
        try {
            var json = JsonParser.create(exchange.body(maxBody)).readJsonObject();
            var type = json.stringValue("type", "");
            var address = json.stringValue("address", "");
            if (type.isEmpty() || address.isEmpty()) {
                throw new RefusedException(400, "an event needs a type and an address, such as mqtt and a topic");
            }
            to.emit(type, address, payload(json.value("body", JsonString.create(""))));
        } catch (JsonException | IllegalArgumentException | StackOverflowError e) {
            // the parser goes as deep as the brackets
            throw new RefusedException(400, "Invalid JSON");
        } catch (InvalidDefinitionException e) {
            throw new RefusedException(400, e.problem().toString());
        }
        exchange.send(204, new byte[0]);
    }

    /// A string is text, `{"base64":"..."}` is bytes.
    private static Payload payload(JsonValue body) {
        return switch (body) {
            case JsonString text -> Payload.of(text.value());
            case JsonObject object -> Payload.of(Base64.getDecoder().decode(object.stringValue("base64", "")));
            default -> Payload.of(body.toString());
        };
    }

    private static String list(List<CallInfo> calls) {
        return JsonArray.create(calls.stream().map(Console::json).toList()).toString();
    }

    private static JsonObject json(CallInfo call) {
        var event = call.event();
        var json = JsonObject.builder()
                .set("id", call.id())
                .set("app", call.fn().app())
                .set("fn", call.fn().name())
                .set("trigger", call.trigger())
                .set("state", call.state())
                .set("attempt", call.attempt())
                .set("accepted_at", call.acceptedAt().toString());
        optional(json, "reason", call.reason());
        optional(json, "content_type", event.dataContentType());
        optional(json, "subject", event.subject());
        json.set("size", event.data().size());
        return json.set("body", body(event.data().bytes())).build();
    }

    private static void optional(JsonObject.Builder json, String name, @Nullable String value) {
        if (value == null) {
            json.setNull(name);
        } else {
            json.set(name, value);
        }
    }

    /// The beginning of it: text if it is all UTF-8, else `{"base64":"..."}`.
    private static JsonValue body(byte[] bytes) {
        var shown = Arrays.copyOf(bytes, Math.min(bytes.length, SHOWN_BYTES));
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            return JsonObject.builder()
                    .set("base64", Base64.getEncoder().encodeToString(shown))
                    .build();
        }
        int end = shown.length;
        while (end < bytes.length && end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--; // not in the middle of a character
        }
        return JsonString.create(new String(bytes, 0, end, StandardCharsets.UTF_8));
    }
}
