package dev.fern.wasm;

/// The command has called `proc_exit`, or what Fern ends it for. Has no stack trace: it is not a failure
/// of ours.
final class Exit extends RuntimeException {
    final int code;

    /// @param code the command's, 0 for success
    Exit(int code) {
        this(code, "exit code " + code);
    }

    private Exit(int code, String why) {
        super(why, null, false, false);
        this.code = code;
    }

    /// It has to end, for that reason.
    static Exit because(String why) {
        return new Exit(-1, why);
    }

    /// Somebody has interrupted it.
    static Exit interrupted() {
        return new Exit(-1, "interrupted");
    }
}
