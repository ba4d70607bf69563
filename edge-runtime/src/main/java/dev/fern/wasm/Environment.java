package dev.fern.wasm;

import dev.fern.Bundle;
import dev.fern.Call;
import dev.fern.Fn;
import dev.fern.Headers;
import dev.fern.Vocabulary;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// The environment of a call: that of the image, the function's configuration over it, what an Fn server
/// gives (fn/api/agent/call.go), and the call in CGI's words (RFC 3875, section 4.1).
final class Environment {
    private static final String INTERFACE = "GATEWAY_INTERFACE";

    private Environment() {}

    /// What all calls of a version have.
    static Map<String, String> of(Fn fn, Bundle bundle) {
        var env = new LinkedHashMap<>(bundle.env());
        env.putAll(fn.config());
        env.put("FN_APP_ID", fn.appId());
        env.put("FN_APP_NAME", fn.name().app());
        env.put("FN_FN_ID", fn.id());
        env.put("FN_FN_NAME", fn.name().name());
        env.put("FN_MEMORY", String.valueOf(fn.memoryMb()));
        env.put("FN_TYPE", "sync");
        env.put("FN_FORMAT", "default");
        return env;
    }

    /// Whether the command says that it writes what CGI demands: a header, an empty line, a body.
    static boolean isCgi(Map<String, String> env) {
        return env.getOrDefault(INTERFACE, "").startsWith("CGI/");
    }

    /// With the headers of a call. A header never replaces what the function is configured with.
    static Map<String, String> of(Map<String, String> fixed, Call call, Instant deadline) {
        var headers = call.headers(deadline);
        var env = new LinkedHashMap<String, String>();
        headers.asMap().forEach((name, values) -> put(env, variable(name), String.join(", ", values)));
        env.remove("HTTP_PROXY"); // many a library takes that for its configuration (CVE-2016-5386)
        fixed.forEach((name, value) -> put(env, name, value));
        var type = call.event().dataContentType();
        env.remove("CONTENT_TYPE");
        if (type != null) {
            put(env, "CONTENT_TYPE", type);
        }
        env.put("CONTENT_LENGTH", String.valueOf(call.event().data().size()));
        env.put("FN_CALL_ID", call.id());
        put(env, "FN_DEADLINE", headers.first("Fn-Deadline", ""));
        request(env, headers);
        return env;
    }

    /// What RFC 3875 has for an HTTP request.
    private static void request(Map<String, String> env, Headers headers) {
        env.put("SERVER_SOFTWARE", "Fern/" + Vocabulary.VERSION);
        if (headers.first("Fn-Http-Method") instanceof String method) {
            put(env, "REQUEST_METHOD", method);
        }
        if (headers.first("Fn-Http-Request-Url") instanceof String url) {
            put(env, "QUERY_STRING", query(url));
        }
    }

    private static String query(String url) {
        try {
            var query = URI.create(url).getRawQuery();
            return query == null ? "" : query;
        } catch (IllegalArgumentException e) {
            int mark = url.indexOf('?');
            return mark < 0 ? "" : url.substring(mark + 1);
        }
    }

    private static String variable(String header) {
        var name = new StringBuilder("HTTP_".length() + header.length()).append("HTTP_");
        for (int i = 0; i < header.length(); i++) {
            char c = Character.toUpperCase(header.charAt(i));
            name.append(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ? c : '_');
        }
        return name.toString();
    }

    /// What has a NUL in it, no environment can hold.
    private static void put(Map<String, String> env, String name, String value) {
        if (name.indexOf('\0') < 0 && name.indexOf('=') < 0 && value.indexOf('\0') < 0 && !name.isEmpty()) {
            env.put(name, value);
        }
    }
}
