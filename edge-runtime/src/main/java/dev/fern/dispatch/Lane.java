package dev.fern.dispatch;

import dev.fern.Durability;
import dev.fern.FnName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The calls of one trigger (or of one subject of it) that wait for their turn, in order. Its own lock guards it.
///
/// ```
///   first                                                              last
///   [ head: in memory ] [ parked: so many, only on disk ] [ tail: in memory ]
/// ```
/// What is on disk is always the oldest part of what waits. `tail` is empty unless something is parked.
final class Lane {
    /// Calls held in memory that are on disk as well.
    static final int WINDOW = 64;

    final String key;
    final FnName fn;
    private final ArrayDeque<Item> head = new ArrayDeque<>();
    private final ArrayDeque<Item> tail = new ArrayDeque<>();
    private int parked;
    private long lastInHead;
    private boolean loading;

    /// Calls that run now.
    int running;
    /// Calls whose function has run, and that are neither done nor on disk, in the order of their answers.
    final ArrayDeque<Item> sending = new ArrayDeque<>();
    /// Failing calls that keep their place: nothing else starts.
    int holding;

    private boolean retired;

    Lane(String key, FnName fn) {
        this.key = key;
        this.fn = fn;
    }

    /// @return false if the lane was given up meanwhile and another must be taken
    synchronized boolean add(Item item) {
        if (retired) {
            return false;
        }
        boolean roomy = head.size() < WINDOW || item.policy.durability() != Durability.DISK;
        if (parked == 0 && tail.isEmpty() && roomy) {
            toHead(item);
        } else {
            tail.add(item);
        }
        return true;
    }

    /// What an earlier run left on disk, before anything else is added.
    synchronized void parked(int calls) {
        parked += calls;
    }

    /// An item became safe on disk: the oldest ones of the tail need not stay in memory.
    ///
    /// @return those that are only on disk now
    synchronized List<Item> safe() {
        fromTail();
        var left = new ArrayList<Item>(0);
        while ((parked > 0 || head.size() >= WINDOW)
                && tail.peek() instanceof Item first
                && first.disk == Item.Disk.SAFE) {
            left.add(tail.remove());
            parked++;
        }
        return left;
    }

    private void toHead(Item item) {
        head.add(item);
        lastInHead = item.seq;
    }

    synchronized @Nullable Item peek() {
        fromTail();
        return head.peek();
    }

    synchronized @Nullable Item poll() {
        return head.poll();
    }

    synchronized boolean remove(Item item) {
        return head.remove(item) || tail.remove(item);
    }

    synchronized int waiting() {
        return head.size() + parked + tail.size();
    }

    /// Whether calls should be read from disk, and after which place; -1 if not. Marks the lane as loading.
    synchronized long startLoading() {
        if (loading || parked == 0 || head.size() > WINDOW / 2) {
            return -1;
        }
        loading = true;
        return lastInHead;
    }

    synchronized int toLoad() {
        return Math.min(WINDOW, parked);
    }

    /// Calls that were read from disk.
    synchronized void loaded(List<Item> items) {
        loading = false;
        items.forEach(this::toHead);
        parked = items.isEmpty() ? 0 : parked - items.size();
        fromTail();
    }

    private void fromTail() {
        while (parked == 0 && !loading && head.size() < WINDOW && tail.poll() instanceof Item item) {
            toHead(item);
        }
    }

    /// Empties what is in memory; what is on disk as well stays to be read again.
    synchronized List<Item> clear() {
        fromTail();
        var all = new ArrayList<>(head);
        all.addAll(tail);
        if (!head.isEmpty()) {
            lastInHead = head.getFirst().seq - 1;
        }
        head.clear();
        tail.clear();
        parked += (int) all.stream().filter(item -> item.disk != Item.Disk.NONE).count();
        return all;
    }

    /// Those of [#sending] up to that one: what is on disk must be the oldest part of them. Itself, if it is none of
    /// them.
    synchronized List<Item> sendingUpTo(Item item) {
        if (!item.sends) {
            return List.of(item);
        }
        var all = new ArrayList<Item>();
        for (var one : sending) {
            all.add(one);
            if (one.seq == item.seq) {
                break;
            }
        }
        return all;
    }

    /// Gives the lane up if nothing is in it.
    synchronized boolean retire() {
        retired = waiting() == 0 && running == 0 && sending.isEmpty() && holding == 0;
        return retired;
    }
}
