package dev.fern.pwm;

import dev.fern.Binding;
import dev.fern.InvalidDefinitionException;
import dev.fern.SinkException;
import dev.fern.Target;
import java.util.regex.Pattern;

/// What a target says of its channel.
///
/// @param channel `CHANNEL` or `CHIP/CHANNEL`, without leading zeros
/// @param frequency in Hz
record Wish(String channel, int frequency) {
    private static final int FREQUENCY = 50;
    private static final int FASTEST = 1_000_000;
    private static final long SECOND = 1_000_000_000L;
    private static final Pattern CHANNEL = Pattern.compile("(0|[1-9]\\d{0,2})(/(0|[1-9]\\d{0,2}))?");

    /// Whether the channel is only known when an event is there, as in `pwm:{1}`.
    static boolean open(Target target) {
        return target.address().indexOf('{') >= 0;
    }

    /// @throws InvalidDefinitionException if it makes no sense; an open one is checked but for its channel
    static Wish of(Target target) throws InvalidDefinitionException {
        var binding = target.binding();
        if (!open(target) && !CHANNEL.matcher(binding.address()).matches()) {
            throw new InvalidDefinitionException(
                    "there is no channel '" + binding.address() + "'",
                    "give pwm:CHANNEL of the first chip, such as pwm:0, or pwm:CHIP/CHANNEL");
        }
        if (binding.options().text("format", "body").equals("cloudevent")) {
            throw new InvalidDefinitionException(
                    "format=cloudevent in " + binding + " is nothing a channel takes", "remove it");
        }
        checkValue(binding);
        return new Wish(binding.address(), binding.options().number("frequency", FREQUENCY, 1, FASTEST));
    }

    private static void checkValue(Binding binding) throws InvalidDefinitionException {
        var value = binding.options().text("value");
        if (value == null || value.indexOf('{') >= 0) {
            return;
        }
        try {
            Duty.parse(value);
        } catch (SinkException e) {
            throw new InvalidDefinitionException(
                    "value=" + value + " in " + binding + " is nothing a channel takes", "give value " + Duty.WANT);
        }
    }

    long periodNanos() {
        return SECOND / frequency;
    }
}
