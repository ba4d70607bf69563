package dev.fern.wasm;

import java.util.concurrent.atomic.AtomicLong;

/// The part of the heap that the memories of all WebAssembly functions may take together. Any thread.
final class Budget {
    /// Of the heap, half is for them.
    static final int PART_OF_HEAP = 2;

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    Budget(long most) {
        this.most = most;
    }

    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= most) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void give(long bytes) {
        taken.addAndGet(-bytes);
    }

    boolean hasRoom(long bytes) {
        return taken.get() + bytes <= most;
    }

    long taken() {
        return taken.get();
    }
}
