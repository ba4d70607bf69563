package dev.fern;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Every word a function's `fern/` annotations may hold, and the version of Fern that carries it out. A word that this
/// version does not carry out makes a function invalid; none is accepted and ignored.
public final class Vocabulary {
    /// The version of this daemon.
    public static final String VERSION = "0.1.0";

    private static final String NOW = "0.1";

    /// What each type of trigger or target takes.
    private record Words(String since, Map<String, String> options) {}

    private static final Map<String, String> ANNOTATIONS = Map.of(
            "fern/devices", NOW,
            "fern/isolation", NOW,
            "fern/concurrency", NOW,
            "fern/warm", NOW,
            "fern/layers", NOW,
            "fern/rollout", NOW,
            "fern/stable", NOW,
            "fern/rollback", NOW);

    private static final Map<String, String> ANY_TRIGGER =
            Map.of("retries", NOW, "backoff", NOW, "durable", NOW, "hold", NOW, "order", NOW, "loop", NOW);

    private static final Map<String, String> ANY_TARGET = Map.of(
            "format", NOW, "retries", NOW, "expiry", NOW, "from", NOW, "value", NOW, "max-age", NOW, "loop", NOW);

    private static final Map<String, Words> TRIGGERS = Map.of(
            "mqtt", new Words(NOW, Map.of("qos", NOW, "share", NOW, "retained", NOW, "broker", NOW)),
            "gpio", new Words(NOW, Map.of("edge", NOW, "pull", NOW, "debounce", NOW, "active", NOW, "at-start", NOW)),
            "sensor", new Words(NOW, Map.of("every", NOW, "change", NOW)),
            "cron", new Words(NOW, Map.of("zone", NOW, "missed", NOW, "deadline", NOW)),
            "every", new Words(NOW, Map.of("jitter", NOW)),
            "device", new Words(NOW, Map.of()),
            "fn", new Words(NOW, Map.of("on", NOW)),
            "event", new Words(NOW, Map.of("source", NOW)));

    private static final Map<String, Words> TARGETS = Map.of(
            "mqtt", new Words(NOW, Map.of("qos", NOW, "retain", NOW, "broker", NOW)),
            "gpio", new Words(NOW, Map.of("pulse", NOW, "active", NOW, "initial", NOW, "stop", NOW, "max-on", NOW)),
            "pwm", new Words(NOW, Map.of("frequency", NOW)),
            "fn", new Words(NOW, Map.of()),
            "cloud", new Words(NOW, Map.of()),
            "http", new Words(NOW, Map.of("method", NOW, "auth", NOW)),
            "https", new Words(NOW, Map.of("method", NOW, "auth", NOW)));

    private Vocabulary() {}

    /// The annotations apart from `fern/on/NAME` and `fern/to/NAME`.
    public static Set<String> annotations() {
        return ANNOTATIONS.keySet();
    }

    /// Every word with the version that carries it out, for the reference: `annotation fern/devices`, `trigger mqtt`,
    /// `trigger mqtt qos`, and with `*` for any type `target * from`.
    public static SortedMap<String, String> words() {
        var words = new TreeMap<String, String>();
        ANNOTATIONS.forEach((annotation, since) -> words.put("annotation " + annotation, since));
        add(words, "trigger ", TRIGGERS, ANY_TRIGGER);
        add(words, "target ", TARGETS, ANY_TARGET);
        return words;
    }

    private static void add(Map<String, String> words, String what, Map<String, Words> types, Map<String, String> any) {
        any.forEach((option, since) -> words.put(what + "* " + option, since));
        types.forEach((type, own) -> {
            words.put(what + type, own.since);
            own.options.forEach((option, since) -> words.put(what + type + " " + option, since));
        });
    }

    /// Refuses an annotation under `fern/` that does not exist, or not yet.
    public static void checkAnnotation(String key) throws InvalidDefinitionException {
        check(ANNOTATIONS.get(key), "annotation " + key);
    }

    /// Refuses a trigger with a type or an option that does not exist, or not yet.
    public static void checkTrigger(Binding binding) throws InvalidDefinitionException {
        check(binding, TRIGGERS, ANY_TRIGGER, "trigger");
    }

    /// Refuses a target with a type or an option that does not exist, or not yet.
    public static void checkTarget(Binding binding) throws InvalidDefinitionException {
        check(binding, TARGETS, ANY_TARGET, "target");
    }

    private static void check(Binding binding, Map<String, Words> types, Map<String, String> any, String what)
            throws InvalidDefinitionException {
        var words = types.get(binding.type());
        check(words == null ? null : words.since, what + " type " + binding.type() + " in " + binding);
        for (var option : binding.options().names()) {
            var since = words == null ? null : words.options.getOrDefault(option, any.get(option));
            check(since, "option " + option + " in " + binding);
        }
    }

    private static void check(@Nullable String since, String word) throws InvalidDefinitionException {
        if (since == null) {
            throw new InvalidDefinitionException(word + " is unknown", "see docs/functions.md for what there is");
        }
        if (!since.equals(NOW)) {
            throw needs(since, word);
        }
    }

    /// Says that a word, or a value of one, comes with a later version.
    public static InvalidDefinitionException needs(String since, String word) {
        return new InvalidDefinitionException(
                word + " needs Fern " + since, "update Fern (this is " + VERSION + ") or remove it");
    }
}
