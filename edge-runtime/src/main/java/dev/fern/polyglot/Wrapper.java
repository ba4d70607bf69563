package dev.fern.polyglot;

/// Code of a CommonJS module as the body of a function that is given what node gives it.
final class Wrapper {
    private static final String HEAD = "(function (exports, require, module, __filename, __dirname) {";
    private static final String TAIL = "\n})";

    private Wrapper() {}

    /// In the same lines. A byte order mark and a line for the shell (`#!`) are no code.
    static String around(String code) {
        var text = code.startsWith("\uFEFF") ? code.substring(1) : code;
        return HEAD + (text.startsWith("#!") ? "//" + text : text) + TAIL;
    }
}
