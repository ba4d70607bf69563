package dev.fern;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Something that happened: a CloudEvent (CloudEvents 1.0.2, section 3) with the transport's own headers beside it.
///
/// @param id unique within `source`
/// @param source a URI-reference; Fern's own are `/fern/DEVICE/TYPE/NAME`
/// @param type such as `dev.fern.mqtt.message`
/// @param subject what it is about: the topic, the pin
/// @param time when it happened, by this device's clock
/// @param dataContentType the media type of `data`
/// @param extensions CloudEvents extension attributes, names in lower case
/// @param headers what the transport said: HTTP's request headers, MQTT's user properties as `Fern-Mqtt-Property-NAME`,
///     what the wildcards of a topic filter matched as `Fern-Match-1` and so on
/// @param data the body as it came
public record Event(
        String id,
        String source,
        String type,
        @Nullable String subject,
        Instant time,
        @Nullable String dataContentType,
        Map<String, String> extensions,
        Headers headers,
        Payload data) {

    /// Types of Fern's own events.
    public static final String MQTT_MESSAGE = "dev.fern.mqtt.message";

    public static final String GPIO_EDGE = "dev.fern.gpio.edge";
    public static final String SENSOR_READING = "dev.fern.sensor.reading";
    public static final String FN_RESULT = "dev.fern.fn.result";
    /// A call was given up; the body is that of the event it was about.
    public static final String FN_FAILURE = "dev.fern.fn.failure";
    public static final String TIME_TICK = "dev.fern.time.tick";
    public static final String DEVICE_STATE = "dev.fern.device.state";
    /// A plain HTTP request: it has Fn's headers and no `Ce-` ones, as on an Fn server.
    public static final String HTTP_REQUEST = "dev.fern.http.request";

    /// A header that says: the broker may have delivered this before this daemon was stopped or crashed.
    public static final String REDELIVERED = "Fern-Redelivered";

    /// A header of an event that somebody else made and that was a CloudEvent when it came, or that one function handed
    /// to another: it runs once for each trigger. The function sees it with each event.
    public static final String CLOUD_EVENT = "Ce-Specversion";

    private static final String MATCH = "Fern-Match-";

    public Event {
        extensions = Map.copyOf(extensions);
    }

    /// An event of Fern's own, with a new id.
    public static Event of(
            String source,
            String type,
            @Nullable String subject,
            Instant time,
            @Nullable String dataContentType,
            Headers headers,
            Payload data) {
        return new Event(Ids.next(), source, type, subject, time, dataContentType, Map.of(), headers, data);
    }

    /// Whether it was a CloudEvent when it came. A plain request over HTTP may carry anything.
    public boolean isCloudEvent() {
        return headers.first(CLOUD_EVENT) != null && !type.equals(HTTP_REQUEST);
    }

    /// Its attributes as CloudEvents has them (1.0.2, section 3), but for the content type, by their names.
    public Map<String, String> attributes() {
        var attributes = new TreeMap<>(extensions);
        attributes.put("specversion", "1.0");
        attributes.put("id", id);
        attributes.put("source", source);
        attributes.put("type", type);
        attributes.put("time", time.toString());
        if (subject != null) {
            attributes.put("subject", subject);
        }
        return attributes;
    }

    /// The same event with one more header.
    public Event with(String name, String value) {
        return with(headers.toBuilder().set(name, value).build());
    }

    /// The same event with more headers.
    public Event withAll(Headers more) {
        if (more.isEmpty()) {
            return this;
        }
        var all = headers.toBuilder();
        more.forEach(all::add);
        return with(all.build());
    }

    private Event with(Headers all) {
        return new Event(id, source, type, subject, time, dataContentType, extensions, all, data);
    }

    /// What the wildcards of the topic filter matched, the first one first.
    public List<String> matches() {
        var matches = new ArrayList<String>();
        for (int i = 1; headers.first(MATCH + i) instanceof String match; i++) {
            matches.add(match);
        }
        return matches;
    }

    /// Rough size in memory and on disk, in bytes.
    public int size() {
        int subjectSize = subject == null ? 0 : subject.length();
        var size = new int[] {data.size() + 200 + id.length() + source.length() + type.length() + subjectSize};
        extensions.forEach((name, value) -> size[0] += name.length() + value.length());
        headers.forEach((name, value) -> size[0] += name.length() + value.length());
        return size[0];
    }
}
