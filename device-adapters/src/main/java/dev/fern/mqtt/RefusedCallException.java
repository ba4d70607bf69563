package dev.fern.mqtt;

/// Why a call gets no answer of its function.
final class RefusedCallException extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    /// @param status as HTTP would say it
    /// @param why one plain sentence, for who calls
    RefusedCallException(int status, String why) {
        super(why, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
