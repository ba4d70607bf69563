package dev.fern.e2e.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The moments at which the daemon was killed, and which duplicates they explain. A message may come out again for two
/// reasons: its call was still on disk, though its result was out already; or it was not acknowledged yet, so that the
/// broker delivers it again. The first are known by name, of the second there are at most as many as were under way.
final class Cuts {
    /// @param owed the messages that were on disk
    private record Cut(long nanos, Set<Integer> owed) {}

    /// What explains the duplicates.
    ///
    /// @param onDisk how many came again because their call was on disk
    /// @param delivered how many because the broker had no acknowledgement
    /// @param most of those, at one kill
    /// @param unexplained messages that came again with no kill between
    record Explanation(int onDisk, int delivered, int most, List<Integer> unexplained) {}

    private final List<Cut> cuts = new ArrayList<>();

    /// The daemon is dead, and all that it said has been heard.
    void add(Set<Integer> owed) {
        cuts.add(new Cut(System.nanoTime(), Set.copyOf(owed)));
    }

    Explanation explain(List<Tally.Repeated> repeated) {
        int onDisk = 0;
        int delivered = 0;
        var charged = new int[cuts.size()];
        var unexplained = new ArrayList<Integer>();
        for (var one : repeated) {
            int extra = one.heard().size() - 1;
            int kept = (int) Math.min(
                    extra, cuts.stream().filter(cut -> redone(cut, one)).count());
            onDisk += kept;
            // those that nothing on disk explains, the latest first, each for a delivery of its own
            for (int again = extra; again > kept; again--) {
                int cut = cause(one, again);
                if (cut < 0) {
                    unexplained.add(one.number());
                } else {
                    charged[cut]++;
                    delivered++;
                }
            }
        }
        int most = 0;
        for (int each : charged) {
            most = Math.max(most, each);
        }
        return new Explanation(onDisk, delivered, most, unexplained);
    }

    private static boolean redone(Cut cut, Tally.Repeated one) {
        return cut.owed.contains(one.number())
                && one.heard().getFirst() < cut.nanos
                && one.heard().getLast() > cut.nanos;
    }

    /// The first cut after it had been heard the last time; at later ones it was not out again yet. If there was none
    /// before it was heard that time, counted from 0, it came twice after the latest cut since it was sent.
    ///
    /// @return -1 if there was no cut at all
    private int cause(Tally.Repeated one, int time) {
        int latest = -1;
        for (int i = 0; i < cuts.size(); i++) {
            long nanos = cuts.get(i).nanos;
            if (nanos > one.sent() && nanos < one.heard().get(time)) {
                if (nanos > one.heard().get(time - 1)) {
                    return i;
                }
                latest = i;
            }
        }
        return latest;
    }
}
