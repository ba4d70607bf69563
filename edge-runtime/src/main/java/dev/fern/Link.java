package dev.fern;

import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// That what comes of one function starts another: written as a target `fn:APP/NAME` of the first, or as a trigger
/// `fn:APP/NAME` of the second, which is then a target that the first one has without knowing.
///
/// @param from the function that answers
/// @param to the function that runs then
/// @param trigger the trigger of the second one that says so, or null if the first one says it
/// @param failure it runs on dead calls, not on answers
/// @param loop `loop=allow`: it may close a circle
public record Link(FnName from, FnName to, @Nullable String trigger, boolean failure, boolean loop) {
    /// The type of both.
    public static final String TYPE = "fn";

    /// A header of what was handed on: how often it has gone through a link with `loop=allow`.
    public static final String ROUNDS = "Fern-Rounds";

    private static final String TRIGGER = "trigger";
    private static final String ON = "on";
    private static final String LOOP = "loop";

    /// Reads a trigger of the type `fn`.
    ///
    /// @throws InvalidDefinitionException if it names no function
    public static Link of(Trigger trigger) throws InvalidDefinitionException {
        var options = trigger.options();
        return new Link(
                name(trigger.binding()),
                trigger.fn(),
                trigger.name(),
                options.text(ON) != null
                        && options.word(ON, "failure", "failure").equals("failure"),
                options.text(LOOP) != null);
    }

    /// Reads a target of the type `fn`, one of [#target] included.
    ///
    /// @throws InvalidDefinitionException if it names no function
    public static Link of(Target target) throws InvalidDefinitionException {
        var options = target.options();
        return new Link(
                target.fn(),
                name(target.binding()),
                options.text(TRIGGER),
                options.text(ON) != null,
                options.text(LOOP) != null);
    }

    /// The function that an address names: of the types `fn` and `cloud`.
    ///
    /// @throws InvalidDefinitionException if it is not APP/NAME
    public static FnName name(Binding binding) throws InvalidDefinitionException {
        try {
            var name = FnName.parse(binding.address());
            if (name.name().indexOf('/') < 0 && binding.address().indexOf('{') < 0) {
                return name;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new InvalidDefinitionException(
                binding + " names no function",
                "write it as " + binding.type()
                        + ":APP/NAME, with the names themselves and no {1}, {id}, {time}, {date}");
    }

    /// The trigger as a target of the function it listens to; no definition can be written like that.
    public Target target() {
        var options = new LinkedHashMap<String, String>();
        options.put(TRIGGER, String.valueOf(trigger));
        if (failure) {
            options.put(ON, "failure");
        }
        if (loop) {
            options.put(LOOP, "allow");
        }
        return new Target(from, to + "#" + trigger, new Binding(TYPE, to.toString(), new Options(options)));
    }

    /// The link that a delivery is for, by what that says, which is NAME and binding of a target; null if it is for
    /// none.
    public static @Nullable Link of(FnName from, String delivery) {
        int space = delivery.lastIndexOf(" " + TYPE + ":");
        if (space < 0) {
            return null;
        }
        try {
            var binding = Binding.parse(delivery.substring(space + 1));
            return of(new Target(from, delivery.substring(0, space), binding));
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    /// The lane of the calls that such a delivery makes, or null if it makes none.
    public static @Nullable String lane(FnName from, String delivery) {
        var link = of(from, delivery);
        return link == null ? null : link.to() + "#" + (link.trigger() == null ? Trigger.INVOKE : link.trigger());
    }

    /// Whether a delivery tells of a dead call. No definition can write such a target.
    public static boolean isFailure(String delivery) {
        return delivery.contains("?" + TRIGGER + "=") && delivery.contains("&" + ON + "=failure");
    }

    /// The same whatever it says of circles.
    public Link plain() {
        return new Link(from, to, trigger, failure, false);
    }

    /// How often an event has gone through links with `loop=allow`.
    public static int rounds(Event event) {
        var text = event.headers().first(ROUNDS);
        return text != null && text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
    }
}
