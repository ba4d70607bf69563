package dev.fern.wasm;

import dev.fern.Answer;
import dev.fern.Headers;
import dev.fern.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads what a command writes that speaks CGI (RFC 3875, section 6.2): fields, an empty line, a body.
///
/// `Status` becomes `Fn-Http-Status`; `Content-Type` and what begins with `Fn-` or `Fern-` stays; all
/// other fields are for the HTTP client, so they become `Fn-Http-H-...`.
final class CgiAnswer {
    private static final int MOST_BYTES = 16 << 10;

    private CgiAnswer() {}

    /// Null if it does not begin with fields.
    static @Nullable Answer parse(byte[] output) {
        var headers = Headers.builder();
        boolean located = false;
        boolean status = false;
        for (int at = 0, line = 0; at < output.length && at < MOST_BYTES; line++) {
            int end = at;
            while (end < output.length && output[end] != '\n') {
                end++;
            }
            if (end == output.length) {
                return null;
            }
            int length = end > at && output[end - 1] == '\r' ? end - 1 - at : end - at;
            if (length == 0) {
                if (located && !status) {
                    headers.set("Fn-Http-Status", "302");
                }
                var body = Arrays.copyOfRange(output, end + 1, output.length);
                return line == 0 ? null : new Answer(headers.build(), Payload.of(body));
            }
            var field = new String(output, at, length, StandardCharsets.UTF_8);
            int colon = field.indexOf(':');
            if (colon <= 0 || field.substring(0, colon).chars().anyMatch(c -> c <= ' ')) {
                return null;
            }
            var name = field.substring(0, colon);
            add(headers, name, field.substring(colon + 1).strip());
            located |= name.equalsIgnoreCase("Location");
            status |= name.equalsIgnoreCase("Status");
            at = end + 1;
        }
        return null;
    }

    private static void add(Headers.Builder headers, String name, String value) {
        var lower = name.toLowerCase(Locale.ROOT);
        if (lower.equals("status")) {
            headers.set("Fn-Http-Status", value.split(" ", 2)[0]);
        } else if (lower.equals("content-type") || lower.startsWith("fn-") || lower.startsWith("fern-")) {
            headers.add(name, value);
        } else {
            headers.add("Fn-Http-H-" + name, value);
        }
    }
}
