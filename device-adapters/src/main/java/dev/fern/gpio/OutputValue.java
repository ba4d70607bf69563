package dev.fern.gpio;

import dev.fern.Durations;
import dev.fern.SinkException;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonValueType;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a pin is told: `1 0 on off high low true false toggle`, or `{"state":"high","for":"2s"}`.
///
/// @param span how long, then back to what it was before; null for good
record OutputValue(State state, @Nullable Duration span) {
    static final String WORDS = "1 0 on off high low true false toggle";

    private static final int SHOWN = 40;

    /// What to do with the line.
    enum State {
        ACTIVE,
        INACTIVE,
        TOGGLE
    }

    /// Reads a body.
    ///
    /// @throws SinkException for ever, if it is none of those
    static OutputValue parse(String body) throws SinkException {
        var text = body.strip();
        if (text.startsWith("{")) {
            return object(text);
        }
        var state = state(text);
        if (state == null) {
            throw no(text);
        }
        return new OutputValue(state, null);
    }

    private static OutputValue object(String text) throws SinkException {
        JsonObject json;
        try {
            var parser = JsonParser.create(text);
            json = parser.readJsonObject();
            if (parser.hasNext()) {
                throw no(text);
            }
        } catch (JsonException e) {
            throw no(text);
        }
        var word = json.value("state").orElse(null);
        if (word == null || !json.keysAsStrings().stream().allMatch(key -> key.equals("state") || key.equals("for"))) {
            throw no(text);
        }
        var state = state(word.type() == JsonValueType.STRING ? word.asString().value() : word.toString());
        if (state == null) {
            throw no(text);
        }
        var span = json.value("for").orElse(null);
        return new OutputValue(
                state,
                span == null
                        ? null
                        : span(
                                span.type() == JsonValueType.STRING
                                        ? span.asString().value()
                                        : ""));
    }

    private static Duration span(String text) throws SinkException {
        var span = Durations.parse(text);
        if (span == null || span.isZero() || span.compareTo(Pins.LONGEST) > 0) {
            throw SinkException.never("the pin takes a time such as \"for\":\"2s\", of at most "
                    + Durations.text(Pins.LONGEST) + ", not '" + shown(text) + "'");
        }
        return span;
    }

    private static @Nullable State state(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "1", "on", "high", "true" -> State.ACTIVE;
            case "0", "off", "low", "false" -> State.INACTIVE;
            case "toggle" -> State.TOGGLE;
            default -> null;
        };
    }

    private static SinkException no(String text) {
        return SinkException.never(
                "the pin takes " + WORDS + " or {\"state\":\"high\",\"for\":\"2s\"}, not '" + shown(text) + "'");
    }

    private static String shown(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
}
