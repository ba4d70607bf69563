package dev.fern;

/// A target did not take a message.
public final class SinkException extends Exception {
    private final boolean lasting;

    private SinkException(String message, boolean lasting) {
        super(message, null, false, false);
        this.lasting = lasting;
    }

    /// It may work later: the other side is away.
    public static SinkException later(String message) {
        return new SinkException(message, false);
    }

    /// It never will: the message itself is wrong.
    public static SinkException never(String message) {
        return new SinkException(message, true);
    }

    /// True if trying again is of no use.
    public boolean lasting() {
        return lasting;
    }
}
