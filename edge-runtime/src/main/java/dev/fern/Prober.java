package dev.fern;

/// An adapter whose devices can be tried without starting it, for `fern doctor`.
public interface Prober {
    /// Tries the device of that name in fern.yaml once, and waits for it. Harmless beside a daemon that uses it.
    Health probe(String name);
}
