package dev.fern.daemon;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// The daemon's own log, on standard error, a line each: `WARNING mqtt: no answer from ...`. systemd adds the time.
final class LogFormat extends Formatter {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger FERN = Logger.getLogger("fern");
    /// It reports each client that breaks off with a stack trace; kept here, for loggers are collected otherwise.
    private static final Logger CLIENTS = Logger.getLogger("io.helidon.webserver.http1");

    /// From now on all loggers of this process write so.
    static void install() {
        for (var other : ROOT.getHandlers()) {
            ROOT.removeHandler(other);
        }
        var handler = new ConsoleHandler();
        handler.setFormatter(new LogFormat());
        ROOT.addHandler(handler);
        ROOT.setLevel(Level.WARNING);
        CLIENTS.setLevel(Level.SEVERE);
        FERN.setLevel(Level.INFO);
    }

    @Override
    public String format(LogRecord entry) {
        var name = entry.getLoggerName() == null ? "" : entry.getLoggerName();
        var room = name.startsWith("fern.") ? name.substring("fern.".length()) : name;
        var text = new StringWriter();
        text.append(entry.getLevel().getName())
                .append(' ')
                .append(room)
                .append(": ")
                .append(formatMessage(entry))
                .append('\n');
        if (entry.getThrown() != null) {
            entry.getThrown().printStackTrace(new PrintWriter(text, true));
        }
        return text.toString();
    }
}
