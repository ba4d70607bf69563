package dev.fern;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Takes what one instance prints, cuts it into lines and hands them to the log of the call that runs. What comes
/// between calls, or while the function is loaded, is kept for the next call. Any thread.
public final class Console {
    /// Lines of one call; then it is cut.
    public static final int MOST_LINES = 1000;
    /// Characters of one line; then it is cut.
    public static final int MOST_CHARS = 4096;

    private final LongAdder cut;
    private final Stream out = new Stream();
    private final Stream err = new Stream();
    private final List<String> held = new ArrayList<>();
    private @Nullable CallLog log;
    private int lines;

    /// @param cut counts the calls whose output was cut
    public Console(LongAdder cut) {
        this.cut = cut;
    }

    /// Where its standard output goes.
    public OutputStream out() {
        return out;
    }

    /// Where its standard error goes.
    public OutputStream err() {
        return err;
    }

    /// Text with its line ends, or a part of a line, on its standard output.
    public void write(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
    }

    /// From now on lines go there, first those that were kept.
    public synchronized void begin(CallLog callLog) {
        lines = 0;
        log = callLog;
        held.forEach(this::line);
        held.clear();
    }

    /// The call is over; a line without its end is one.
    public synchronized void end() {
        out.finish();
        err.finish();
        log = null;
        lines = 0;
    }

    /// What was kept for the next call, which now will not get it.
    public synchronized List<String> takeHeld() {
        out.finish();
        err.finish();
        var taken = List.copyOf(held);
        held.clear();
        lines = 0;
        return taken;
    }

    /// One line, without its end.
    public synchronized void line(String text) {
        if (lines > MOST_LINES) {
            return;
        }
        lines++;
        var kept = text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) + "... (cut)" : text;
        if (lines > MOST_LINES) {
            cut.increment();
            kept = "(more than " + MOST_LINES + " lines: the rest is dropped)";
        }
        if (log == null) {
            held.add(kept);
        } else {
            log.line(kept);
        }
    }

    private final class Stream extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            synchronized (Console.this) {
                int from = offset;
                for (int i = offset; i < offset + length; i++) {
                    if (bytes[i] == '\n') {
                        append(bytes, from, i);
                        emit();
                        from = i + 1;
                    }
                }
                append(bytes, from, offset + length);
            }
        }

        /// Keeps enough to see later that there was more: a character is 4 bytes at most.
        private void append(byte[] bytes, int from, int to) {
            line.write(bytes, from, Math.min(to - from, 4 * (MOST_CHARS + 1) - line.size()));
        }

        private void emit() {
            var text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            line(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
        }

        private void finish() {
            if (line.size() > 0) {
                emit();
            }
        }
    }
}
