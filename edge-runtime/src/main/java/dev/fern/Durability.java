package dev.fern;

/// `durable=`: who keeps an event that was accepted until its work is done.
public enum Durability {
    /// The broker: the event is acknowledged when function and targets have succeeded, or the call is on disk.
    BROKER,
    /// The disk: the call is on disk, synced, before anything is acknowledged.
    DISK,
    /// Nobody: the event is done as soon as it is accepted.
    NO;

    /// What a trigger says, or the default for its type.
    ///
    /// @throws InvalidDefinitionException if it says nonsense, or `broker` where there is none that keeps messages
    public static Durability of(Trigger trigger) throws InvalidDefinitionException {
        boolean broker = trigger.type().equals("mqtt")
                && trigger.options().text("qos", "1").equals("1");
        var otherwise = switch (trigger.type()) {
            case "mqtt" -> broker ? "broker" : "no";
            case "cron", "fn", "event", Trigger.INVOKE -> "disk";
            default -> "no";
        };
        var word = trigger.options().word("durable", otherwise, "broker", "disk", "no");
        if (word.equals("broker") && !broker) {
            throw new InvalidDefinitionException(
                    "durable=broker in " + trigger.binding() + " has no broker that keeps messages",
                    "use it with mqtt and qos=1, or write durable=disk");
        }
        return switch (word) {
            case "broker" -> BROKER;
            case "disk" -> DISK;
            default -> NO;
        };
    }
}
