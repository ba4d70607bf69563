package dev.fern.mqtt;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Time;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes events from messages.
final class Events {
    private final String source;
    private final Time time;

    /// @param broker its name
    Events(String device, String broker, Time time) {
        source = "/fern/" + device + "/mqtt/" + broker;
        this.time = time;
    }

    /// An event with a new id.
    Event of(Incoming message, Headers headers) {
        return Event.of(
                source,
                Event.MQTT_MESSAGE,
                message.topic(),
                time.now(),
                mediaType(message.contentType()),
                headers,
                message.body());
    }

    /// @param found what the wildcards of a filter matched
    static Headers headers(Incoming message, List<String> found) {
        if (found.isEmpty()
                && !message.retained()
                && !message.repeated()
                && message.properties().isEmpty()) {
            return Headers.NONE;
        }
        var headers = Headers.builder();
        for (int i = 0; i < found.size(); i++) {
            headers.add("Fern-Match-" + (i + 1), found.get(i));
        }
        if (message.retained()) {
            headers.add("Fern-Mqtt-Retained", "true");
        }
        if (message.repeated()) {
            headers.add(Event.REDELIVERED, "true");
        }
        for (var property : message.properties()) {
            headers.add("Fern-Mqtt-Property-" + token(property.name()), line(property.value()));
        }
        return headers.build();
    }

    /// A content type that is a header value; anything else was meant for somebody else.
    private static @Nullable String mediaType(@Nullable String contentType) {
        return contentType == null || contentType.isBlank() ? null : line(contentType);
    }

    /// Field names are tokens (RFC 9110, section 5.6.2).
    private static String token(String name) {
        var token = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean fits = c < 0x80 && (Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
            token.append(fits ? c : '-');
        }
        return token.isEmpty() ? "-" : token.toString();
    }

    private static String line(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isISOControl(value.charAt(i))) {
                return value.replaceAll("\\p{Cntrl}", " ");
            }
        }
        return value;
    }
}
