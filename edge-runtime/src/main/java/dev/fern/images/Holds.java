package dev.fern.images;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who works at what in the store: one at a time at each name.
final class Holds {
    private final Set<String> held = new HashSet<>();

    /// Lets go when closed.
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /// Waits until nobody else holds that name.
    synchronized Hold take(String name) throws InterruptedException {
        while (!held.add(name)) {
            wait();
        }
        return () -> release(name);
    }

    /// Null if somebody holds it.
    synchronized @Nullable Hold tryTake(String name) {
        return held.add(name) ? () -> release(name) : null;
    }

    private synchronized void release(String name) {
        held.remove(name);
        notifyAll();
    }
}
