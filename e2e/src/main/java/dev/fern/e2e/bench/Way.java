package dev.fern.e2e.bench;

import java.util.Locale;

/// How a message gets from one topic to the other.
enum Way {
    BARE_AUTO("bare Paho, acknowledges at once", 1, false, "auto"),
    BARE_MANUAL("bare Paho, acknowledges by hand", 1, false, "manual"),
    FERN_BROKER("Fern, durable=broker", 1, true, "&durable=broker"),
    FERN_DISK("Fern, durable=disk", 1, true, "&durable=disk"),
    BARE_0("bare Paho", 0, false, "auto"),
    FERN_0("Fern", 0, true, "");

    /// How tables call it.
    final String title;

    final int qos;
    /// Through a function; otherwise through a [Republisher].
    final boolean fern;
    /// Further options of the function's trigger, or how the republisher acknowledges.
    final String mode;

    Way(String title, int qos, boolean fern, String mode) {
        this.title = title;
        this.qos = qos;
        this.fern = fern;
        this.mode = mode;
    }

    /// Messages come on `TOPIC/in` and leave on `TOPIC/out`.
    String topic() {
        return "bench/" + label();
    }

    /// The name in lower case, such as `fern-broker`.
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
