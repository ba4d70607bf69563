package dev.fern.http;

import dev.fern.Control;
import dev.fern.Metrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/fern/logs`: the last lines, and with `follow=true` each further one as it comes.
///
/// A client that reads slower than functions print loses lines and is told how many. A client that went away is noticed
/// only with the next line, so the oldest makes room when there are too many.
final class LogStreams implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int DEFAULT_LINES = 100;
    private static final int MAX_LINES = 10_000;
    private static final int MAX_FOLLOWERS = 8;
    private static final int MAX_WAITING = 1000;

    private final Deque<Follower> followers = new ArrayDeque<>();

    LogStreams(Metrics metrics) {
        metrics.gauge(this::size, "fern_http_log_followers");
    }

    private synchronized double size() {
        return followers.size();
    }

    void serve(Exchange exchange, Control control) throws RefusedException, IOException, InterruptedException {
        int most = Console.number(exchange, DEFAULT_LINES, MAX_LINES);
        if (!"true".equals(exchange.query("follow"))) {
            var text = new StringBuilder();
            control.logs(most).forEach(line -> text.append(line).append('\n'));
            exchange.send(200, TEXT, text.toString().getBytes(StandardCharsets.UTF_8));
            return;
        }
        var follower = new Follower();
        add(follower);
        try (var _ = following(control, follower);
                var out = exchange.stream(TEXT)) {
            var last = control.logs(most);
            // the server sends its headers with the first byte, and a client may wait for them
            exchange.write(out, last.isEmpty() ? List.of("") : last);
            for (var line = follower.next(); line != null; line = follower.next()) {
                exchange.write(out, List.of(line));
            }
        } finally {
            remove(follower);
        }
    }

    /// What ends the following; its closing throws nothing.
    private interface Following extends AutoCloseable {
        @Override
        void close();
    }

    private static Following following(Control control, Follower follower) {
        var handle = control.follow(follower::line);
        return () -> {
            try {
                handle.close();
            } catch (Exception e) {
                throw new IllegalStateException("following a log could not be ended", e);
            }
        };
    }

    private synchronized void add(Follower follower) {
        if (followers.size() >= MAX_FOLLOWERS) {
            followers.removeFirst().end();
        }
        followers.addLast(follower);
    }

    private synchronized void remove(Follower follower) {
        followers.remove(follower);
    }

    @Override
    public synchronized void close() {
        followers.forEach(Follower::end);
    }

    /// The lines that one client has yet to be sent.
    private static final class Follower {
        private final Deque<String> lines = new ArrayDeque<>();
        private long lost;
        private boolean ended;

        /// Once it was too much, all is lost until the client has taken what waits: so the gap is one, and in
        /// its place.
        synchronized void line(String text) {
            if (lost == 0 && lines.size() < MAX_WAITING) {
                lines.addLast(text);
                notifyAll();
            } else {
                lost++;
            }
        }

        synchronized void end() {
            ended = true;
            notifyAll();
        }

        /// Waits for the next line; null at the end.
        synchronized @Nullable String next() throws InterruptedException {
            while (lines.isEmpty() && lost == 0 && !ended) {
                wait();
            }
            if (ended) {
                return null;
            }
            if (lines.isEmpty()) {
                var notice = "... " + lost + " lines were lost, they came faster than they were read";
                lost = 0;
                return notice;
            }
            return lines.removeFirst();
        }
    }
}
