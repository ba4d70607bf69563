package dev.fern.polyglot;

import dev.fern.CallLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Cuts what one instance prints into lines for the log of the call that runs. What it prints while it
/// is loaded is kept for its first call. Any thread.
final class Output {
    /// Lines of one call; then it is cut.
    static final int MOST_LINES = 1000;
    /// Characters of one line; then it is cut.
    static final int MOST_CHARS = 4096;

    private final LongAdder cut;
    private final List<String> held = new ArrayList<>();
    private final StringBuilder rest = new StringBuilder();
    private @Nullable CallLog log;
    private int lines;

    /// @param cut counts the calls whose output was cut
    Output(LongAdder cut) {
        this.cut = cut;
    }

    /// From now on lines go there, first those that were kept.
    synchronized void begin(CallLog callLog) {
        lines = 0;
        log = callLog;
        var kept = List.copyOf(held);
        held.clear();
        kept.forEach(this::line);
    }

    /// The call is over; a line without its end is one.
    synchronized void end() {
        finish();
        log = null;
        lines = 0;
    }

    /// What was kept for the first call, which now will not come.
    synchronized List<String> takeHeld() {
        finish();
        var taken = List.copyOf(held);
        held.clear();
        return taken;
    }

    /// Text with its line ends, or a part of a line.
    synchronized void write(String text) {
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            append(text, from, end);
            finishLine();
            from = end + 1;
            if (lines > MOST_LINES) {
                return;
            }
        }
        append(text, from, text.length());
    }

    /// Keeps enough to see later that there was more.
    private void append(String text, int from, int to) {
        rest.append(text, from, Math.min(to, from + MOST_CHARS + 1 - Math.min(rest.length(), MOST_CHARS + 1)));
    }

    private void finishLine() {
        var text = rest.toString();
        rest.setLength(0);
        line(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
    }

    private void finish() {
        if (!rest.isEmpty()) {
            finishLine();
        }
    }

    synchronized void line(String text) {
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
}
