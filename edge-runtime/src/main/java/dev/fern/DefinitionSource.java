package dev.fern;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Where definitions come from: a Fn server, a folder, this device's own API.
///
/// Life: construct cheaply, [#start] once, [#nudge] at any time, [#close] once. Never waits for a network.
public interface DefinitionSource extends AutoCloseable {
    /// Starts, and hands over the complete set for this device whenever it was read without an error and
    /// differs from the last one, or when the code may be another though they are equal, and once after the
    /// start. On its own thread.
    void start(Consumer<List<Definition>> sink);

    /// Looks now.
    void nudge();

    /// Whether it has looked once since the start, whatever came of it.
    boolean looked();

    /// By the name shown in the status, such as `cloud`.
    Map<String, Health> health();

    @Override
    void close();
}
