package dev.fern.dispatch;

import dev.fern.Call;
import dev.fern.Durability;
import dev.fern.Intake;
import dev.fern.journal.Delivery;
import dev.fern.journal.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A call in memory, and what its source holds of it. Its own lock guards it, except what its lane's lock
/// guards: its place in the lane.
final class Item implements Intake.Receipt {
    /// How far its row in the journal is.
    enum Disk {
        NONE,
        WRITING,
        SAFE
    }

    /// How far the call itself is.
    enum Step {
        IN_LANE,
        RUNNING,
        SENDING,
        /// Its row has all; it is read again when a target can have its part.
        RESTING,
        ASIDE,
        ENDED
    }

    private final Line line;
    final Lane lane;
    final long seq;
    final Policy policy;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    volatile Call call;
    volatile Disk disk = Disk.NONE;
    volatile Step step = Step.IN_LANE;
    /// The state its row was last given.
    Entry.State rowState = Entry.State.QUEUED;
    /// Since it was accepted.
    final Age age;
    /// When it first failed in this place of the lane, or 0.
    long failedNanos;
    /// Not in its lane's order any more: it stepped aside.
    boolean aside;
    /// Counts among those that hold the lane; the lane's lock guards it.
    boolean holds;
    /// Is one of the lane's [Lane#sending]; the same lock.
    boolean sends;
    /// Since when its targets are under way.
    long sendingNanos;

    volatile @Nullable String reason;
    /// It has been given up, and those that run on dead calls are told first.
    volatile boolean dying;
    /// Deliveries that are not done, in order; those that were given up are among them.
    final List<Delivery> owed = new ArrayList<>(1);
    /// Those of them that a sink has in hand.
    private final List<Delivery> underWay = new ArrayList<>(1);

    Item(Line line, Lane lane, long seq, Policy policy, Call call, Age age) {
        this.line = line;
        this.lane = lane;
        this.seq = seq;
        this.policy = policy;
        this.call = call;
        this.age = age;
    }

    /// From its row.
    Item(Line line, Lane lane, Entry entry, Policy policy, Age age) {
        this(line, lane, entry.seq(), policy, entry.call(), age);
        disk = Disk.SAFE;
        rowState = entry.state();
        reason = entry.reason();
        owed.addAll(entry.owed());
        dying = owed.stream().anyMatch(Followers::isFailure);
    }

    @Override
    public CompletionStage<Void> done() {
        return done;
    }

    @Override
    public void keep() {
        line.keep(this);
    }

    @Override
    public void withdraw() {
        line.withdraw(this);
    }

    /// The source may be told.
    void settle() {
        done.complete(null);
    }

    /// Its row as it should be now. What must not be sent twice is not in the row of a call that is being
    /// sent: it is on its way already. Under its lock.
    Entry entry(Entry.State state) {
        var left = new ArrayList<>(owed);
        if (state == Entry.State.ANSWERED) {
            left.removeIf(one -> one.once() && !one.lost());
        }
        return new Entry(seq, lane.key, call, state, reason, left);
    }

    /// Its first delivery for that target, which a sink has in hand from now on; null if there is none. Under its lock.
    @Nullable Delivery take(String target) {
        for (var one : owed) {
            if (one.target().equals(target) && !one.lost() && underWay.stream().noneMatch(one::is)) {
                underWay.add(one);
                return one;
            }
        }
        return null;
    }

    /// No sink has it in hand any more. Under its lock.
    void giveBack(Delivery delivery) {
        underWay.removeIf(delivery::is);
    }

    /// Whether a sink has something of it in hand. Under its lock.
    boolean isUnderWay() {
        return !underWay.isEmpty();
    }

    /// Whether something is still to be sent. Under its lock.
    boolean isOwed() {
        return owed.stream().anyMatch(one -> !one.lost());
    }

    /// It has failed: how much longer it may keep its place in the lane.
    ///
    /// @param delay until it is tried again
    Duration placeLeft(Duration delay, long now) {
        failedNanos = failedNanos == 0 ? now : failedNanos;
        var hold = policy.hold();
        return hold == null ? delay : hold.minusNanos(now - failedNanos);
    }

    /// Whether its call, and its place, must survive a power cut.
    boolean isKept() {
        return policy.durability() != Durability.NO || disk != Disk.NONE;
    }
}
