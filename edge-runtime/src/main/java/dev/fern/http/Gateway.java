package dev.fern.http;

import dev.fern.Answer;
import dev.fern.Headers;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Header fields on their way to a function and back, as an Fn server maps them
/// (fn/api/server/runner_httptrigger.go, runner_fninvoke.go).
final class Gateway {
    private static final String PREFIX = "Fn-Http-H-";
    /// Fields of a request that no function gets.
    private static final Set<String> OF_THE_CONNECTION = with("host");
    /// Fields of an answer that are the server's own.
    private static final Set<String> OURS = with("content-length", "fn-call-id", "date");

    private Gateway() {}

    private static Set<String> with(String... more) {
        return Stream.concat(Headers.HOP_BY_HOP.stream(), Stream.of(more)).collect(Collectors.toUnmodifiableSet());
    }

    /// What a function called by `/invoke` gets: all fields as they came, but for those of the connection and this
    /// door's own token.
    static Headers invoke(Exchange exchange, Guard guard) {
        var headers = Headers.builder();
        forEach(exchange, guard, (name, value) -> {
            if (!name.equals("Content-Length")) {
                headers.add(name, value);
            }
        });
        return headers.build();
    }

    /// What a function called by `/t` gets: each field `X` as `Fn-Http-H-X`, and the request's own data.
    static Headers trigger(Exchange exchange, Guard guard) {
        var headers = Headers.builder();
        forEach(exchange, guard, (name, value) -> {
            boolean plain = name.equals("Content-Type");
            headers.add(plain ? name : PREFIX + name, value);
        });
        headers.set("Fn-Http-Method", exchange.method());
        headers.set("Fn-Http-Request-Url", exchange.baseUrl() + exchange.target());
        headers.set("Fn-Intent", "httprequest");
        return headers.build();
    }

    private static void forEach(Exchange exchange, Guard guard, BiConsumer<String, String> action) {
        var dropped = dropped(exchange.header("Connection"));
        exchange.forEachHeader((name, value) -> {
            boolean secret = name.equalsIgnoreCase("Authorization") && guard.isToken(value);
            if (!secret && !dropped.contains(name.toLowerCase(Locale.ROOT))) {
                action.accept(canonical(name), value);
            }
        });
    }

    private static Set<String> dropped(@Nullable String connection) {
        if (connection == null) {
            return OF_THE_CONNECTION;
        }
        var dropped = new HashSet<>(OF_THE_CONNECTION);
        Arrays.stream(connection.split(","))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .forEach(dropped::add);
        return dropped;
    }

    /// Go's form of a name, which functions know: `x-mine` becomes `X-Mine`.
    static String canonical(String name) {
        var text = new StringBuilder(name.length());
        boolean upper = true;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            text.append(upper ? Character.toUpperCase(c) : Character.toLowerCase(c));
            upper = c == '-';
        }
        return text.toString();
    }

    /// Answers `/invoke`: 200 with all of the function's fields.
    static void answerInvoke(Exchange exchange, Answer answer) throws RefusedException, IOException {
        answer(exchange, 200, answer.headers().asMap(), answer);
    }

    /// Answers `/t`: the function's status, its `Fn-Http-H-X` as `X`, its content type; nothing else.
    static void answerTrigger(Exchange exchange, Answer answer) throws RefusedException, IOException {
        int status = answer.status();
        if (status < 200 || status > 599) {
            throw invalid();
        }
        var fields = new LinkedHashMap<String, List<String>>();
        answer.headers().asMap().forEach((name, values) -> {
            if (name.equalsIgnoreCase("Content-Type")) {
                fields.put(name, values);
            } else if (name.length() > PREFIX.length() && name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
                fields.put(name.substring(PREFIX.length()), values);
            }
        });
        answer(exchange, status, fields, answer);
    }

    private static void answer(Exchange exchange, int status, Map<String, List<String>> fields, Answer answer)
            throws RefusedException, IOException {
        for (var field : fields.entrySet()) {
            if (!isClean(field.getKey(), field.getValue())) {
                throw invalid();
            }
        }
        fields.forEach((name, values) -> {
            if (!OURS.contains(name.toLowerCase(Locale.ROOT))) {
                exchange.header(name, values.toArray(String[]::new));
            }
        });
        exchange.send(status, answer.body().bytes());
    }

    /// Nothing in it can end the field and begin another.
    private static boolean isClean(String name, List<String> values) {
        if (!Headers.isName(name)) {
            return false;
        }
        for (var value : values) {
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if ((c < ' ' || c == 127) && c != '\t') {
                    return false;
                }
            }
        }
        return true;
    }

    private static RefusedException invalid() {
        return new RefusedException(502, "invalid function response");
    }
}
