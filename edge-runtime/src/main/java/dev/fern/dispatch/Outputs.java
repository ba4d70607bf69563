package dev.fern.dispatch;

import dev.fern.Answer;
import dev.fern.Call;
import dev.fern.CeHeaders;
import dev.fern.CloudEvents;
import dev.fern.CloudEvents.MalformedException;
import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Link;
import dev.fern.Payload;
import dev.fern.Target;
import dev.fern.dispatch.Route.Destination;
import dev.fern.journal.Delivery;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import io.helidon.json.JsonValueType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// What a function's answer means for its targets.
///
/// The body goes to every target, or to those named in `Fern-To`; as `application/vnd.fern.outputs+json` it says itself
/// what goes where. An empty body goes only where it is named.
final class Outputs {
    /// An answer that names targets and values by itself.
    static final String OUTPUTS = "application/vnd.fern.outputs+json";

    /// The answer contradicts itself or the definition; running the function again would not help.
    static final class WrongAnswer extends Exception {
        private static final long serialVersionUID = 1;

        WrongAnswer(String message) {
            super(message, null, false, false);
        }
    }

    private final Route route;
    private final List<Destination> followers;
    private final Call call;
    private final String source;
    private final Instant now;
    private final BiPredicate<Event, Target> repeatable;
    private final List<Delivery> deliveries = new ArrayList<>();
    /// How many CloudEvents each target gets.
    private final Map<String, Integer> numbers = new HashMap<>();
    /// The attributes that the function has given.
    private Map<String, String> said = Map.of();

    private Outputs(
            Route route,
            List<Destination> followers,
            Call call,
            String device,
            Instant now,
            BiPredicate<Event, Target> repeatable) {
        this.repeatable = repeatable;
        this.route = route;
        this.followers = followers;
        this.call = call;
        this.source = "/fern/" + device + "/fn/" + route.fn.name();
        this.now = now;
    }

    /// @param followers where it goes as well, as it is, whatever it names
    /// @param namedOnly a caller has the answer already: targets get it only if it names them
    /// @param repeatable whether a target may get a message twice
    static List<Delivery> of(
            Answer answer,
            Route route,
            List<Destination> followers,
            Call call,
            String device,
            Instant now,
            boolean namedOnly,
            BiPredicate<Event, Target> repeatable)
            throws WrongAnswer {
        var outputs = new Outputs(route, followers, call, device, now, repeatable);
        if (route.destinations().iterator().hasNext() || answer.headers().first("Fern-To") != null) {
            outputs.add(answer, namedOnly);
        }
        outputs.follow(answer);
        return outputs.deliveries;
    }

    private void add(Answer answer, boolean namedOnly) throws WrongAnswer {
        said = said(answer.headers());
        var type = answer.contentType();
        if (type.startsWith(OUTPUTS)) {
            addNamed(answer.body());
        } else if (answer.headers().first("Fern-To") instanceof String names) {
            for (var name : Arrays.stream(names.split(",")).map(String::trim).toList()) {
                if (!name.isEmpty()) {
                    add(name, type, answer.body());
                }
            }
        } else if (!namedOnly && !answer.body().isEmpty()) {
            for (var destination : route.destinations()) {
                add(destination, type, answer.body());
            }
        }
    }

    private Map<String, String> said(Headers headers) throws WrongAnswer {
        if (!route.speaksCloudEvents()) {
            return Map.of();
        }
        try {
            return CeHeaders.attributes(headers);
        } catch (MalformedException e) {
            throw new WrongAnswer("the answer is to be a CloudEvent, but " + e.getMessage());
        }
    }

    private void follow(Answer answer) throws WrongAnswer {
        if (!answer.body().isEmpty()) {
            for (var follower : followers) {
                add(follower, answer.contentType(), answer.body());
            }
        }
    }

    private void addNamed(Payload body) throws WrongAnswer {
        if (said.containsKey("id")) { // each message is an event of its own
            said = new HashMap<>(said);
            said.remove("id");
        }
        try {
            var object = JsonParser.create(body.bytes()).readJsonObject();
            for (var name : object.keysAsStrings()) {
                var value = object.value(name).orElseThrow();
                if (value instanceof JsonArray array) {
                    for (var element : array.values()) {
                        addValue(name, element);
                    }
                } else {
                    addValue(name, value);
                }
            }
        } catch (RuntimeException | StackOverflowError e) { // the parser decodes late, and throws whatever comes
            throw new WrongAnswer("the answer says it is " + OUTPUTS + " but is no JSON object");
        }
    }

    private void addValue(String name, JsonValue value) throws WrongAnswer {
        if (value.type() == JsonValueType.NULL) {
            return;
        }
        if (value instanceof JsonString text) {
            add(name, "text/plain", Payload.of(text.value()));
        } else if (value instanceof JsonObject object) {
            var base64 = object.keysAsStrings().size() == 1
                    ? object.stringValue("base64").orElse(null)
                    : null;
            if (base64 == null) {
                add(name, "application/json", Payload.of(object.toString()));
            } else {
                add(name, "application/octet-stream", decode(name, base64));
            }
        } else {
            add(name, value instanceof JsonArray ? "application/json" : "text/plain", Payload.of(value.toString()));
        }
    }

    private static Payload decode(String name, String base64) throws WrongAnswer {
        try {
            return Payload.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw new WrongAnswer("the answer for target " + name + " is no base64");
        }
    }

    private void add(String name, String contentType, Payload body) throws WrongAnswer {
        if (!route.hasTarget(name)) {
            throw new WrongAnswer("the answer names target " + name + ", which " + route.fn + " does not have");
        }
        for (var destination : route.destinations()) {
            if (destination.target().name().equals(name)) {
                add(destination, contentType, body);
            }
        }
    }

    private void add(Destination destination, @Nullable String contentType, Payload body) throws WrongAnswer {
        if (destination.takes(call.trigger().name())) {
            var target = destination.target();
            var value = destination.value();
            var data = value == null ? body : value;
            var type = value == null ? contentType : "text/plain";
            var message = destination.asCloudEvent()
                    ? cloudEvent(target.name(), type, data)
                    : target.type().equals(Link.TYPE) ? link(destination, type, data) : result(type, data);
            deliveries.add(new Delivery(destination.key(), message, !repeatable.test(message, target), false));
        }
    }

    /// The message as a CloudEvent. Its id is the same if the call has to run again; what the function says itself
    /// holds: as `Ce-` headers, or because its answer is a CloudEvent.
    private Event cloudEvent(String target, @Nullable String contentType, Payload data) throws WrongAnswer {
        int number = numbers.merge(target, 1, Integer::sum);
        var attributes = new HashMap<String, String>();
        attributes.put("specversion", "1.0");
        attributes.put("id", call.id() + "-" + target + (number == 1 ? "" : "-" + number));
        attributes.put("source", source);
        attributes.put("type", Event.FN_RESULT);
        if (call.event().subject() instanceof String subject
                && !subject.isEmpty()
                && subject.chars().noneMatch(Character::isISOControl)) {
            attributes.put("subject", subject);
        }
        try {
            if (contentType != null && CloudEvents.isJson(contentType)) {
                return CloudEvents.ofJson(data, now).withAll(matches(call).build());
            }
            attributes.putAll(said);
            return CloudEvents.of(attributes, contentType, data, now)
                    .withAll(matches(call).build());
        } catch (MalformedException e) {
            throw new WrongAnswer("the answer is to be a CloudEvent for target " + target + ", but " + e.getMessage());
        }
    }

    private Event result(@Nullable String contentType, Payload data) {
        var matches = matches(call).build();
        return Event.of(source, Event.FN_RESULT, call.event().subject(), now, contentType, matches, data);
    }

    /// For another function here.
    private Event link(Destination destination, @Nullable String contentType, Payload data) {
        return new Event(
                linkId(destination),
                source,
                Event.FN_RESULT,
                call.event().subject(),
                now,
                contentType,
                Map.of(),
                kept(call, destination.target()).build(),
                data);
    }

    /// The same however often this answer is made and handed on: the function behind runs once for it.
    private String linkId(Destination destination) {
        long before = deliveries.stream()
                .filter(one -> one.target().equals(destination.key()))
                .count();
        return call.id() + "." + destination.target().name() + (before == 0 ? "" : "." + (before + 1));
    }

    /// What an event keeps on its way to another function: what the topic filter matched, that it may have been worked
    /// on
    /// before a crash, and how often it went in a circle.
    static Headers.Builder kept(Call call, Target link) {
        var headers = matches(call).set(Event.CLOUD_EVENT, "1.0");
        if (call.event().headers().first(Event.REDELIVERED) instanceof String again) {
            headers.set(Event.REDELIVERED, again);
        }
        int rounds = Link.rounds(call.event()) + (link.options().text("loop") == null ? 0 : 1);
        return rounds == 0 ? headers : headers.set(Link.ROUNDS, String.valueOf(rounds));
    }

    /// A chain keeps what the topic filter matched.
    private static Headers.Builder matches(Call call) {
        var headers = Headers.builder();
        var matches = call.event().matches();
        for (int i = 0; i < matches.size(); i++) {
            headers.set("Fern-Match-" + (i + 1), matches.get(i));
        }
        return headers;
    }
}
