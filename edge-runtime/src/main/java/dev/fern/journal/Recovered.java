package dev.fern.journal;

import dev.fern.FnName;
import java.util.List;

/// What an earlier run left behind.
///
/// @param lanes those with calls to run, the oldest call first
/// @param waiting calls that stepped aside or only have targets left, oldest first
/// @param calls all that is owed
/// @param bytes of their events
/// @param dead dead calls
/// @param last the highest place in the order of acceptance
public record Recovered(List<Lane> lanes, List<Waiting> waiting, long calls, long bytes, long dead, long last) {
    /// So many calls of one lane.
    public record Lane(String lane, FnName fn, int calls) {}

    /// One call by its place.
    public record Waiting(long seq, String lane, FnName fn) {}
}
