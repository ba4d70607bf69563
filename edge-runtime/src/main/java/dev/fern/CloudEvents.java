package dev.fern;

import dev.fern.JsonMembers.WrongJsonException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Events that are CloudEvents already (CloudEvents 1.0.2), however they came.
public final class CloudEvents {
    /// The media type of one event as JSON; formats that are not known here have another ending.
    public static final String JSON = "application/cloudevents+json";

    /// The media type of several events as JSON.
    public static final String BATCH = "application/cloudevents-batch+json";

    /// What the media types of all formats, and of batches, begin with.
    public static final String ANY = "application/cloudevents";

    private static final String VERSION = "specversion";
    private static final String CONTENT_TYPE = "datacontenttype";
    private static final Set<String> NEVER_EMPTY =
            Set.of("id", "source", "type", "subject", CONTENT_TYPE, "dataschema");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+");
    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]{0,9})");

    /// It says that it is a CloudEvent, and is none.
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1;

        /// @param why such as: it has no id
        public MalformedException(String why) {
            super(why, null, false, false);
        }
    }

    private CloudEvents() {}

    /// Whether a name can be an attribute's (section 3.1).
    public static boolean isAttribute(String name) {
        return NAME.matcher(name).matches();
    }

    /// Whether a content type is [#JSON].
    public static boolean isJson(String contentType) {
        return JSON.equals(contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
    }

    /// From its attributes, as the binary mode of a protocol has them.
    ///
    /// @param attributes all but the content type, by their names; other names are not allowed
    /// @param contentType of the data
    /// @param now the time of an event that has none
    public static Event of(Map<String, String> attributes, @Nullable String contentType, Payload data, Instant now)
            throws MalformedException {
        if (!"1.0".equals(attributes.get(VERSION))) {
            throw new MalformedException("its specversion is not 1.0");
        }
        var rest = new HashMap<>(attributes);
        rest.remove(VERSION);
        for (var one : attributes.entrySet()) {
            check(one.getKey(), one.getValue());
        }
        var id = needed(rest, "id");
        var source = needed(rest, "source");
        checkReference(source);
        var type = needed(rest, "type");
        if (type.equals(Event.HTTP_REQUEST)) {
            throw new MalformedException("its type is one that only this device itself may use");
        }
        var subject = rest.remove("subject");
        var time = rest.remove("time");
        var said = rest.remove(CONTENT_TYPE);
        return new Event(
                id,
                source,
                type,
                subject,
                time == null ? now : instant(time),
                contentType == null ? said : contentType,
                rest,
                Headers.of(Event.CLOUD_EVENT, "1.0"),
                data);
    }

    /// From the JSON format (JSON format 1.0.2, section 3). `data` is what it says, as it is written there.
    ///
    /// @param now the time of an event that has none
    public static Event ofJson(Payload body, Instant now) throws MalformedException {
        try {
            return ofJson(utf8(body), now);
        } catch (WrongJsonException e) {
            throw new MalformedException(String.valueOf(e.getMessage()));
        }
    }

    /// The events of a batch (JSON format 1.0.2, section 4), each as it is written there, for [#ofJson].
    ///
    /// @param most after so many and one more it reads no further, and says nothing of the rest
    public static List<String> ofBatch(Payload body, int most) throws MalformedException {
        try {
            return JsonMembers.elements(utf8(body), most);
        } catch (WrongJsonException e) {
            throw new MalformedException(String.valueOf(e.getMessage()));
        }
    }

    /// From the JSON format, as text.
    ///
    /// @param now the time of an event that has none
    public static Event ofJson(String text, Instant now) throws MalformedException {
        try {
            var members = JsonMembers.of(text);
            var data = members.remove("data");
            var base64 = members.remove("data_base64");
            if (data != null && base64 != null && !base64.equals("null")) {
                throw new MalformedException("it has both data and data_base64");
            }
            var attributes = new HashMap<String, String>();
            for (var member : members.entrySet()) {
                if (!member.getValue().equals("null")) {
                    attributes.put(member.getKey(), text(member.getKey(), member.getValue()));
                }
            }
            var type = attributes.get(CONTENT_TYPE);
            if (data != null) {
                boolean plain = type != null && !isJsonData(type) && data.startsWith("\"");
                return of(
                        attributes,
                        type == null ? "application/json" : type,
                        Payload.of(plain ? JsonMembers.string(data) : data),
                        now);
            }
            return of(attributes, type, base64 == null ? Payload.EMPTY : decoded(base64), now);
        } catch (WrongJsonException e) {
            throw new MalformedException(String.valueOf(e.getMessage()));
        }
    }

    /// Whether this is the JSON format by its looks: an object that has a `specversion`. For where nothing tells.
    public static boolean looksLikeJson(Payload body) {
        var bytes = body.bytes();
        int at = 0;
        while (at < bytes.length && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
        if (at == bytes.length || bytes[at] != '{' || !body.text().contains('"' + VERSION + '"')) {
            return false;
        }
        try {
            return JsonMembers.of(utf8(body)).containsKey(VERSION);
        } catch (WrongJsonException e) {
            return false;
        }
    }

    private static String needed(Map<String, String> attributes, String name) throws MalformedException {
        var value = attributes.remove(name);
        if (value == null) {
            throw new MalformedException("it has no " + name);
        }
        return value;
    }

    private static void check(String name, String value) throws MalformedException {
        if (!isAttribute(name) || name.equals("data")) {
            throw new MalformedException("'" + name + "' cannot be the name of an attribute: use a to z and 0 to 9");
        }
        if (value.isEmpty() && NEVER_EMPTY.contains(name)) {
            throw new MalformedException("its " + name + " is empty");
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new MalformedException("its " + name + " has control characters");
        }
    }

    private static void checkReference(String source) throws MalformedException {
        try {
            var _ = new URI(source);
        } catch (URISyntaxException e) {
            throw new MalformedException("its source is no URI reference");
        }
    }

    private static Instant instant(String time) throws MalformedException {
        try {
            return Instant.parse(time);
        } catch (DateTimeException e) {
            throw new MalformedException("its time is not as in 2026-11-27T06:05:00Z");
        }
    }

    private static String utf8(Payload body) throws WrongJsonException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body.bytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new WrongJsonException("its JSON is not UTF-8");
        }
    }

    /// An attribute's value: a string, a boolean or an integer.
    private static String text(String name, String written) throws MalformedException, WrongJsonException {
        if (written.startsWith("\"")) {
            return JsonMembers.string(written);
        }
        if (written.equals("true")
                || written.equals("false")
                || INTEGER.matcher(written).matches()) {
            return written;
        }
        throw new MalformedException("its " + name + " is no string, no boolean and no integer");
    }

    private static boolean isJsonData(String contentType) {
        var type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.endsWith("/json") || type.endsWith("+json");
    }

    private static Payload decoded(String written) throws MalformedException, WrongJsonException {
        if (written.equals("null")) {
            return Payload.EMPTY;
        }
        try {
            if (written.startsWith("\"")) {
                return Payload.of(Base64.getDecoder().decode(JsonMembers.string(written)));
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new MalformedException("its data_base64 is no base64");
    }
}
