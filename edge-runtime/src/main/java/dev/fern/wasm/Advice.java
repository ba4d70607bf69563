package dev.fern.wasm;

/// What an author can do about a file that does not run here.
final class Advice {
    static final String PREVIEW_1 = "build it as a command for WASI preview 1: cargo build --target wasm32-wasip1,"
            + " clang --target=wasm32-wasi, GOOS=wasip1 GOARCH=wasm go build";
    static final String COMMAND = "build it as a command, with a main function, not as a library";
    static final String SMALLER = "make it smaller: build it with -Os or opt-level=\"z\"";

    private Advice() {}
}
