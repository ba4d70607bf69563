package dev.fern.e2e.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The books: which messages were sent, which came out, and when. Any thread.
final class Tally {
    /// Numbers from here down are marks.
    static final int MARK = -1;

    private final Map<Integer, Long> sent = new HashMap<>();
    private final Map<Integer, List<Long>> heard = new HashMap<>();
    private final Set<Integer> doubtful = new HashSet<>();
    private final Set<Integer> waiting = new TreeSet<>();
    private int last;
    private int mark;

    /// The number of the next message.
    synchronized int next() {
        sent.put(++last, System.nanoTime());
        waiting.add(last);
        return last;
    }

    /// The broker has it.
    synchronized void sent(int number) {
        notifyAll();
    }

    /// The broker may have it twice.
    synchronized void doubtful(int number) {
        doubtful.add(number);
    }

    /// It came out.
    synchronized void heard(int number) {
        if (number <= MARK) {
            mark = Math.max(mark, MARK - number);
        } else {
            heard.computeIfAbsent(number, _ -> new ArrayList<>(1)).add(System.nanoTime());
            waiting.remove(number);
        }
        notifyAll();
    }

    synchronized int sent() {
        return sent.size();
    }

    synchronized int seen() {
        return heard.size();
    }

    /// How many have not come out yet.
    synchronized int missing() {
        return waiting.size();
    }

    /// Their numbers.
    synchronized Set<Integer> lost() {
        return new TreeSet<>(waiting);
    }

    /// How often a message came out again, those not counted that the broker may have got twice.
    synchronized int duplicates() {
        return heard.entrySet().stream()
                .filter(one -> !doubtful.contains(one.getKey()))
                .mapToInt(one -> one.getValue().size() - 1)
                .sum();
    }

    /// A message that came out more than once.
    ///
    /// @param sent when it was sent
    /// @param heard when it came out, oldest first
    record Repeated(int number, long sent, List<Long> heard) {}

    /// Those that [#duplicates] counts.
    synchronized List<Repeated> repeated() {
        return heard.entrySet().stream()
                .filter(one -> one.getValue().size() > 1 && !doubtful.contains(one.getKey()))
                .map(one ->
                        new Repeated(one.getKey(), sent.getOrDefault(one.getKey(), 0L), List.copyOf(one.getValue())))
                .toList();
    }

    /// Waits until at most so many are missing.
    ///
    /// @return false if they were not in time
    synchronized boolean await(int missing, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (waiting.size() > missing) {
            long leftMs = (end - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                return false;
            }
            wait(leftMs);
        }
        return true;
    }

    synchronized void awaitMark(int wanted, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (mark < wanted) {
            long leftMs = (end - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                throw new IllegalStateException("mark " + wanted + " did not come back");
            }
            wait(leftMs);
        }
    }
}
