package dev.fern.fdk;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/// A [System#out] that nobody can close.
final class Printer extends PrintStream {
    Printer(OutputStream out, Charset charset) {
        super(out, true, charset);
    }

    @Override
    public void close() {
        flush();
    }
}
