package dev.fern;

import java.util.OptionalLong;

/// Numbers by name that survive a power cut: how far something has come. Any thread; nothing waits.
public interface Marks {
    /// Keeps nothing.
    Marks NONE = new Marks() {
        @Override
        public OptionalLong mark(String name) {
            return OptionalLong.empty();
        }

        @Override
        public void mark(String name, long value) {}
    };

    /// What was last set, in this run or an earlier one.
    OptionalLong mark(String name);

    /// Sets it. It is on disk with the calls that were accepted just before it, or a moment later; never before them.
    void mark(String name, long value);
}
