package dev.fern.pwm;

import dev.fern.SinkException;
import java.util.regex.Pattern;

/// What a channel is told: a number from 0 to 1.
final class Duty {
    static final String WANT = "a number from 0 to 1, such as 0.25";

    /// As JSON has numbers.
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}(\\.\\d{1,30})?([eE][-+]?\\d{1,3})?");

    private static final int SHOWN = 40;

    private Duty() {}

    /// Reads a body.
    ///
    /// @throws SinkException for ever, if it is none
    static double parse(String body) throws SinkException {
        var text = body.strip();
        if (NUMBER.matcher(text).matches()) {
            double duty = Double.parseDouble(text);
            if (duty <= 1) {
                return duty;
            }
        }
        throw SinkException.never("pwm takes " + WANT + ", not '"
                + (text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...") + "'");
    }
}
