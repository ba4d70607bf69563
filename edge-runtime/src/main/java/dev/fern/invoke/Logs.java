package dev.fern.invoke;

import dev.fern.CallLog;
import dev.fern.Durations;
import dev.fern.FnName;
import dev.fern.Result;
import dev.fern.Time;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The last lines that functions and daemon wrote, in memory: a card is not worn out by a talkative function.
/// Any thread.
public final class Logs {
    private static final int LINES = 2000;
    private static final int LINE_CHARS = 2000;

    private final Time time;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private final CopyOnWriteArrayList<Consumer<String>> followers = new CopyOnWriteArrayList<>();

    public Logs(Time time) {
        this.time = time;
    }

    /// Where one call writes.
    CallLog of(FnName fn, String callId) {
        return text -> add(fn + " " + callId, text);
    }

    /// Says why the call failed, if it does, before the other hears of its end: a caller over HTTP is only told
    /// "function failed".
    Consumer<Result> watching(FnName fn, String callId, Consumer<Result> done) {
        return result -> {
            ended(fn, callId, result);
            done.accept(result);
        };
    }

    private void ended(FnName fn, String callId, Result result) {
        try {
            switch (result) {
                case Result.FunctionError(var message) -> of(fn, callId).line("the call failed: " + message);
                case Result.TimedOut(var limit) ->
                    of(fn, callId).line("the call was stopped, as it did not end within " + Durations.text(limit));
                case Result.Success _, Result.Unavailable _ -> {}
            }
        } catch (OutOfMemoryError e) { // whoever waits for the end matters more
        }
    }

    /// Adds a line, `TIME WHO TEXT`; a long one is cut.
    public void add(String who, String text) {
        var cut = text.length() > LINE_CHARS ? text.substring(0, LINE_CHARS) + "..." : text;
        var line = time.now().truncatedTo(ChronoUnit.MILLIS) + " " + who + " " + cut;
        synchronized (lines) {
            if (lines.size() == LINES) {
                lines.removeFirst();
            }
            lines.add(line);
        }
        followers.forEach(follower -> follower.accept(line));
    }

    /// The newest lines, oldest first.
    public List<String> last(int most) {
        synchronized (lines) {
            var all = new ArrayList<>(lines);
            return List.copyOf(all.subList(Math.max(0, all.size() - most), all.size()));
        }
    }

    /// Hands each further line to the follower, on the thread that wrote it, until closed.
    public AutoCloseable follow(Consumer<String> follower) {
        followers.add(follower);
        return () -> followers.remove(follower);
    }
}
