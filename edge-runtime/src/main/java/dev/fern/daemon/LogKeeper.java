package dev.fern.daemon;

import java.util.logging.LogManager;

/// Keeps the log working to the last line: the JDK's own manager takes all handlers away as soon as a stop begins,
/// while the daemon still has things to say. Public because the JDK makes it, by name.
public final class LogKeeper extends LogManager {
    @Override
    public void reset() {
        // what is to be written is flushed line by line
    }
}
