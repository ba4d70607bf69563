package dev.fern.mqtt;

import dev.fern.Binding;
import dev.fern.InvalidDefinitionException;
import dev.fern.Trigger;
import org.jspecify.annotations.Nullable;

/// What a trigger listens to: `mqtt:FILTER?qos=1&share=GROUP&retained=new&broker=NAME`.
///
/// @param broker its name, or null for the device's own
/// @param share the group that each message goes to one member of, or null
/// @param qos 0 or 1
record Source(
        @Nullable String broker, Filter filter, @Nullable String share, int qos, Retained retained) {
    /// When the message that a broker keeps for a topic is wanted.
    enum Retained {
        NEW,
        ALWAYS,
        NO
    }

    static Source of(Trigger trigger) throws InvalidDefinitionException {
        Names.checkFilter(trigger.address());
        var options = trigger.options();
        var share = options.text("share");
        if (share != null) {
            Names.checkShare(share);
        }
        if (share != null && !options.text("retained", "no").equals("no")) {
            throw new InvalidDefinitionException(
                    "share=" + share + " and retained=" + options.text("retained")
                            + " contradict each other: a broker sends a group no retained messages",
                    "remove one of the two");
        }
        var retained = switch (options.word("retained", "new", "new", "always", "no")) {
            case "always" -> Retained.ALWAYS;
            case "no" -> Retained.NO;
            default -> Retained.NEW;
        };
        return new Source(
                options.text("broker"),
                new Filter(trigger.address()),
                share,
                qos(options.text("qos", "1"), trigger.binding()),
                retained);
    }

    /// The topic filter as it is sent in SUBSCRIBE.
    String wire() {
        return share == null ? filter.text() : "$share/" + share + "/" + filter.text();
    }

    static int qos(String text, Binding binding) throws InvalidDefinitionException {
        return switch (text) {
            case "0" -> 0;
            case "1" -> 1;
            case "2" ->
                throw new InvalidDefinitionException(
                        "qos=2 in " + binding + " is not offered: after a power cut a function may run twice anyway",
                        "write qos=1, and let the function bear the same message twice");
            default ->
                throw new InvalidDefinitionException(
                        "qos=" + text + " in " + binding + " makes no sense", "give 0 or 1");
        };
    }
}
