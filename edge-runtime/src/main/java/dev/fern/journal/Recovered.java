package dev.fern.journal;

import dev.fern.FnName;
import dev.fern.Occurrence;
import java.util.List;

/// What an earlier run left behind.
///
/// @param lanes those with calls to run, the oldest call first
/// @param waiting calls that stepped aside, oldest first
/// @param answered calls that only have targets left, oldest first
/// @param events the CloudEvents of calls that are owed: the last [#EVENTS_MOST], the oldest first
/// @param calls all that is owed
/// @param bytes of their events
/// @param dead dead calls
/// @param last the highest place in the order of acceptance
public record Recovered(
        List<Lane> lanes,
        List<Waiting> waiting,
        List<Answered> answered,
        List<Occurrence> events,
        long calls,
        long bytes,
        long dead,
        long last) {
    /// As many as can be remembered at once.
    static final int EVENTS_MOST = 10_000;

    /// So many calls of one lane.
    public record Lane(String lane, FnName fn, int calls) {}

    /// One call by its place.
    public record Waiting(long seq, FnName fn) {}

    /// One call by its place.
    ///
    /// @param owed the deliveries that are not lost, without what they carry: target, and bytes
    public record Answered(long seq, FnName fn, List<Owed> owed) {}

    /// A delivery: its target, and how many bytes its message has.
    public record Owed(String target, int bytes) {}
}
