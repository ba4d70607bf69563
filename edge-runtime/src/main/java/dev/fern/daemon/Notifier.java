package dev.fern.daemon;

import dev.fern.dispatch.Pulse;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells systemd how the daemon is (sd_notify(3), sd_watchdog_enabled(3)). Where no systemd asks for it, nothing
/// happens and
/// nothing is loaded. Any thread.
final class Notifier {
    private static final System.Logger LOG = System.getLogger("fern.daemon");

    private final @Nullable String socket;
    private final @Nullable Duration limit;
    private boolean failed;

    /// @param environment of the process: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`
    /// @param pid of the process
    Notifier(Map<String, String> environment, long pid) {
        var address = environment.getOrDefault("NOTIFY_SOCKET", "");
        socket = address.startsWith("/") || address.startsWith("@") ? address : null;
        limit = limit(environment, pid);
    }

    private static @Nullable Duration limit(Map<String, String> environment, long pid) {
        var meant = environment.getOrDefault("WATCHDOG_PID", "");
        var micros = environment.getOrDefault("WATCHDOG_USEC", "");
        if (!micros.matches("[1-9][0-9]{0,17}") || !meant.isEmpty() && !meant.equals(String.valueOf(pid))) {
            return null;
        }
        return Duration.ofNanos(Math.multiplyExact(Math.min(Long.parseLong(micros), Long.MAX_VALUE / 1000), 1000L));
    }

    /// Whether systemd wants to hear anything.
    boolean isHeard() {
        return socket != null;
    }

    /// It has started; from now on its pulse feeds the watchdog, at a third of the time that this may take.
    void ready(Pulse pulse) {
        send("READY=1");
        if (socket != null && limit != null) {
            pulse.start(limit.dividedBy(3), () -> send("WATCHDOG=1"));
        }
    }

    void stopping() {
        send("STOPPING=1\nSTATUS=ending what is under way");
    }

    /// What `systemctl status` shows; one line.
    void status(String words) {
        send("STATUS=" + words.replace('\n', ' '));
    }

    private synchronized void send(String state) {
        if (socket == null) {
            return;
        }
        var error = Datagram.send(socket, state);
        if (error != 0 && !failed) {
            failed = true;
            LOG.log(Level.WARNING, "systemd does not take notice at {0}: error {1}", socket, error);
        }
    }
}
