package dev.fern.mqtt;

import dev.fern.Answer;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.mqtt.Incoming.Property;
import dev.fern.mqtt.Incoming.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The way back to who calls by message: where an answer may go, and what it looks like.
final class Replies {
    /// How it went, as HTTP's status.
    static final String STATUS = "fern-status";
    /// Why there is no answer of the function.
    static final String ERROR = "fern-error";

    private static final int CORRELATION_BYTES = 1024;
    private static final int ERROR_CHARS = 1000;
    /// Of a connection (RFC 9110, section 7.6.1), of the message itself, or for Fern alone.
    private static final Set<String> LEFT_OUT = Stream.concat(
                    Headers.HOP_BY_HOP.stream(), Stream.of("content-length", "content-type", "date", "fn-call-id"))
            .collect(Collectors.toUnmodifiableSet());

    private static final String OURS = "fern-";

    private final String device;
    private final String everybody;
    private final Filter calls;

    Replies(String prefix, String device) {
        this.device = prefix + "/" + device;
        everybody = prefix + "/all/";
        calls = new Filter(prefix + "/+/invoke/#");
    }

    /// Why no answer may go there, or null. It must not start anything at a Fern by its own topics.
    @Nullable String problem(Reply reply) {
        var topic = reply.topic();
        var problem = Names.topicProblem(topic);
        if (problem != null) {
            return problem;
        }
        if (topic.startsWith("$")) {
            return "begins with $, where only the broker publishes";
        }
        boolean own = topic.equals(device) || topic.startsWith(device + "/");
        if (own || topic.startsWith(everybody) || calls.match(topic) != null) {
            return "is one of Fern's own topics";
        }
        var correlation = reply.correlation();
        return correlation != null && correlation.size() > CORRELATION_BYTES
                ? "has correlation data of more than " + CORRELATION_BYTES + " bytes"
                : null;
    }

    /// What a function answered, with its fields as user properties.
    ///
    /// @param call the id of the call, or null if it is not known
    Outgoing answer(Reply to, int qos, int status, @Nullable String call, Answer answer) throws RefusedCallException {
        var properties = new ArrayList<Property>();
        properties.add(new Property(STATUS, String.valueOf(status)));
        if (call != null) {
            properties.add(new Property("Fn-Call-Id", call));
        }
        addFields(answer.headers(), properties);
        var type = answer.headers().first("Content-Type");
        if (type != null && Names.text(type) != null) {
            throw invalid();
        }
        return new Outgoing(to.topic(), answer.body(), qos, false, null, type, properties, to.correlation());
    }

    private static void addFields(Headers fields, List<Property> properties) throws RefusedCallException {
        for (var field : fields.asMap().entrySet()) {
            var name = field.getKey().toLowerCase(Locale.ROOT);
            if (LEFT_OUT.contains(name) || name.startsWith(OURS)) {
                continue;
            }
            for (var written : field.getValue()) {
                var value = written.replace('\t', ' ');
                if (!Headers.isName(name) || !value.isEmpty() && Names.text(value) != null) {
                    throw invalid();
                }
                properties.add(new Property(field.getKey(), value));
            }
        }
    }

    private static RefusedCallException invalid() {
        return new RefusedCallException(502, "invalid function response");
    }

    /// That there is none.
    Outgoing failure(Reply to, int qos, int status, String why) {
        var line = why.replaceAll("\\p{Cntrl}", " ");
        var sentence = line.length() > ERROR_CHARS ? line.substring(0, ERROR_CHARS) : line;
        var properties = List.of(new Property(STATUS, String.valueOf(status)), new Property(ERROR, sentence));
        return new Outgoing(to.topic(), Payload.EMPTY, qos, false, null, null, properties, to.correlation());
    }
}
