package dev.fern;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `{device} {app} {fn} {label.KEY} {var.NAME}`, known when a function is defined, and `{1} {id} {time}
/// {date}`, known when a message leaves.
public final class Placeholders {
    private static final Pattern FORM = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern LATER = Pattern.compile("[1-9]\\d?|id|time|date");
    private static final DateTimeFormatter DATE = DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneId.systemDefault());

    private Placeholders() {}

    /// Fills what is known when a function is defined.
    ///
    /// @param later whether `{1} {id} {time} {date}` may stay, as in targets
    /// @throws InvalidDefinitionException if a name is unknown, or this device has no such label or variable
    public static Binding define(Binding binding, FnName fn, Settings settings, boolean later)
            throws InvalidDefinitionException {
        try {
            return map(binding, name -> {
                var value = known(name, fn, settings);
                if (value != null) {
                    return value;
                }
                if (later && LATER.matcher(name).matches()) {
                    return "{" + name + "}";
                }
                throw new Unknown(name);
            });
        } catch (Unknown e) {
            throw new InvalidDefinitionException(
                    "{" + e.getMessage() + "} in " + binding + " has no value on this device",
                    "set the label or variable in fern.yaml, or correct the placeholder");
        }
    }

    /// The highest `{N}` in there, 0 if there is none.
    public static int highestMatch(Binding binding) {
        var highest = new int[1];
        UnaryOperator<String> look = name -> {
            if (name.matches("[1-9]\\d?")) {
                highest[0] = Math.max(highest[0], Integer.parseInt(name));
            }
            return "";
        };
        map(binding, look);
        return highest[0];
    }

    /// The target with everything filled in.
    ///
    /// @throws SinkException if the event has no such match
    public static Target fill(Target target, Event event) throws SinkException {
        if (isFilled(target)) {
            return target;
        }
        try {
            var matches = event.matches();
            boolean url = target.type().equals("http") || target.type().equals("https");
            return new Target(target.fn(), target.name(), map(target.binding(), name -> {
                var value = atSending(name, event, matches);
                return url ? encoded(value) : value;
            }));
        } catch (Unknown e) {
            throw SinkException.never(
                    "{" + e.getMessage() + "} in " + target.binding() + " has no value for this event");
        }
    }

    private static boolean isFilled(Target target) {
        if (target.address().indexOf('{') >= 0) {
            return false;
        }
        for (var value : target.options().asMap().values()) {
            if (value.indexOf('{') >= 0) {
                return false;
            }
        }
        return true;
    }

    /// A value stays one piece of a URL, whatever it holds (RFC 3986, section 2.3).
    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String atSending(String name, Event event, List<String> matches) {
        return switch (name) {
            case "id" -> event.id();
            case "time" -> event.time().toString();
            case "date" -> DATE.format(event.time());
            default -> {
                int index = LATER.matcher(name).matches() ? Integer.parseInt(name) : 0;
                if (index == 0 || index > matches.size()) {
                    throw new Unknown(name);
                }
                yield matches.get(index - 1);
            }
        };
    }

    private static @Nullable String known(String name, FnName fn, Settings settings) {
        return switch (name) {
            case "device" -> settings.device().id();
            case "app" -> fn.app();
            case "fn" -> fn.name();
            default -> {
                if (name.startsWith("label.")) {
                    yield settings.device().labels().get(name.substring("label.".length()));
                }
                yield name.startsWith("var.") ? settings.vars().get(name.substring("var.".length())) : null;
            }
        };
    }

    private static Binding map(Binding binding, UnaryOperator<String> value) {
        var options = new LinkedHashMap<String, String>();
        for (Map.Entry<String, String> option : binding.options().asMap().entrySet()) {
            options.put(option.getKey(), map(option.getValue(), value));
        }
        return new Binding(binding.type(), map(binding.address(), value), new Options(options));
    }

    private static String map(String text, UnaryOperator<String> value) {
        if (text.indexOf('{') < 0) {
            return text;
        }
        var matcher = FORM.matcher(text);
        var out = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(out, Matcher.quoteReplacement(value.apply(matcher.group(1))));
        }
        return matcher.appendTail(out).toString();
    }

    private static final class Unknown extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unknown(String name) {
            super(name, null, false, false);
        }
    }
}
