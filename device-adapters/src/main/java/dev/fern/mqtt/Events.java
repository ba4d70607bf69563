package dev.fern.mqtt;

import dev.fern.CloudEvents;
import dev.fern.CloudEvents.MalformedException;
import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Time;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes events from messages.
final class Events {
    private final String source;
    private final Time time;
    private final Refusals refusals;

    /// @param broker its name
    Events(String device, String broker, Time time, Refusals refusals) {
        source = "/fern/" + device + "/mqtt/" + broker;
        this.time = time;
        this.refusals = refusals;
    }

    /// A message that was read once, whoever it is for.
    ///
    /// @param cloudEvent what it is, if it is one, with no headers of the transport
    record Read(@Nullable Event cloudEvent, Function<Headers, Event> made) {
        /// An event with these headers. That of a CloudEvent has the attributes it came with, always; any other has a
        /// new id.
        Event with(Headers headers) {
            return made.apply(headers);
        }
    }

    /// @param addressed whether it was sent to the device as a CloudEvent
    Read of(Incoming message, boolean addressed) {
        var why = "it does not say that it is one";
        try {
            var event = cloudEvent(message);
            if (event != null) {
                return new Read(event, event::withAll);
            }
        } catch (MalformedException e) {
            why = String.valueOf(e.getMessage());
            if (!addressed) {
                refusals.misfit(message, why);
            }
        }
        if (addressed) {
            refusals.stranger(message, why);
        }
        return new Read(null, headers -> plain(message, headers));
    }

    private Event plain(Incoming message, Headers headers) {
        return Event.of(
                source,
                Event.MQTT_MESSAGE,
                message.topic(),
                time.now(),
                mediaType(message.contentType()),
                headers,
                message.body());
    }

    /// What the sender has made a CloudEvent (MQTT binding 1.0.2, section 3), or null. MQTT 3.1.1 knows no content
    /// type,
    /// and a broker does not tell which version the sender speaks.
    private @Nullable Event cloudEvent(Incoming message) throws MalformedException {
        var type = mediaType(message.contentType());
        if (type != null && type.toLowerCase(Locale.ROOT).startsWith(CloudEvents.ANY)) {
            var format = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
            if (!format.equals(CloudEvents.JSON)) {
                throw new MalformedException("Fern does not know the format " + format);
            }
            return CloudEvents.ofJson(message.body(), time.now());
        }
        if (message.properties().stream().anyMatch(property -> property.name().equals("specversion"))) {
            return CloudEvents.of(attributes(message), type, message.body(), time.now());
        }
        boolean json = type == null && message.properties().isEmpty() && CloudEvents.looksLikeJson(message.body());
        return json ? CloudEvents.ofJson(message.body(), time.now()) : null;
    }

    /// User properties that are none, by their names, stay what they are.
    private static Map<String, String> attributes(Incoming message) throws MalformedException {
        var attributes = new HashMap<String, String>();
        for (var property : message.properties()) {
            var name = property.name();
            if (CloudEvents.isAttribute(name) && attributes.put(name, property.value()) != null) {
                throw new MalformedException("it has " + name + " twice");
            }
        }
        return attributes;
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
