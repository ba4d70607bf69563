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
    /// Its caller has the answer already: only targets are owed, and nothing else is counted.
    boolean served;

    volatile @Nullable String reason;
    /// Deliveries that are not done, and those that were given up.
    List<Delivery> owed = new ArrayList<>();
    final List<Delivery> lost = new ArrayList<>();

    Item(Line line, Lane lane, long seq, Policy policy, Call call, Age age) {
        this.line = line;
        this.lane = lane;
        this.seq = seq;
        this.policy = policy;
        this.call = call;
        this.age = age;
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
        left.addAll(lost);
        if (state == Entry.State.ANSWERED) {
            left.removeIf(Delivery::once);
        }
        return new Entry(seq, lane.key, call, state, reason, left);
    }

    /// It has failed: how much longer it may keep its place in the lane.
    ///
    /// @param delay until it is tried again
    Duration placeLeft(Duration delay, long now) {
        failedNanos = failedNanos == 0 ? now : failedNanos;
        var hold = policy.hold();
        return hold == null ? delay : hold.minusNanos(now - failedNanos);
    }

    /// Whether its answer, and its place, must survive a power cut.
    boolean isKept() {
        return policy.durability() != Durability.NO || disk != Disk.NONE;
    }
}
