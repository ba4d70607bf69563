package dev.fern.daemon;

import java.util.Map;

/// A Java function for [Training], as somebody would write one for Fn. Public, as the FDK calls it.
public final class Sample {
    /// Answers what it got, and how much of it.
    public Map<String, Object> handle(Map<String, Object> input) {
        return Map.of("got", input, "size", input.size());
    }
}
