package dev.fern.schedule;

import dev.fern.Durability;
import dev.fern.InvalidDefinitionException;
import dev.fern.Marks;
import dev.fern.Trigger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// One cron trigger: what is due, and how far it has come, which survives a restart. Its owner's lock guards it.
final class CronTrigger {
    /// A clock that goes back by less runs nothing twice; by more, it was wrong before and counts anew. As cron does.
    private static final Duration BACK = Duration.ofHours(3);
    /// How late a tick may come and still be in time.
    private static final Duration GRACE = Duration.ofMinutes(2);
    /// How often the mark of a trigger is written whose calls are not.
    private static final Duration UNWRITTEN = Duration.ofMinutes(10);

    /// @param at the time it stands for
    /// @param missed it is made up for
    record Due(Instant at, boolean missed) {}

    private final Trigger trigger;
    private final CronTimes times;
    private final boolean once;
    private final @Nullable Duration deadline;
    private final boolean written;
    private final Marks marks;
    private final String mark;
    /// The last time that is dealt with; null until the clock is set.
    private @Nullable Instant last;

    private Instant marked = Instant.EPOCH;
    private @Nullable Instant next;
    /// What is due was due before this run began.
    private boolean before;

    private CronTrigger(
            Trigger trigger, CronTimes times, boolean once, @Nullable Duration deadline, boolean written, Marks marks) {
        this.trigger = trigger;
        this.times = times;
        this.once = once;
        this.deadline = deadline;
        this.written = written;
        this.marks = marks;
        // another expression is another schedule: nothing of it was missed
        mark = "cron " + trigger.lane() + " " + trigger.address() + " "
                + trigger.options().text("zone", "");
    }

    static CronTrigger of(Trigger trigger, Marks marks) throws InvalidDefinitionException {
        var options = trigger.options();
        boolean once = options.word("missed", "once", "once", "no").equals("once");
        var deadline = options.text("deadline") == null ? null : options.duration("deadline", Duration.ZERO);
        if (deadline != null && (!once || deadline.isZero())) {
            throw new InvalidDefinitionException(
                    "deadline=" + options.text("deadline") + " in " + trigger.binding() + " makes no sense",
                    once ? "give it a duration above 0" : "remove it: nothing is made up for with missed=no");
        }
        return new CronTrigger(
                trigger,
                CronTimes.of(trigger.address(), zone(options.text("zone"))),
                once,
                deadline,
                Durability.of(trigger) == Durability.DISK,
                marks);
    }

    private static ZoneId zone(@Nullable String name) throws InvalidDefinitionException {
        try {
            return name == null ? ZoneId.systemDefault() : ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new InvalidDefinitionException(
                    "zone=" + name + " is no time zone", "give one of the tz database, such as zone=Asia/Tokyo");
        }
    }

    Trigger trigger() {
        return trigger;
    }

    /// When it is due next, null if that is not known.
    @Nullable Instant next() {
        return next;
    }

    /// What is due by a clock that is set, or null. At most one call, whatever the clock has done; it stays due
    /// until [#passed].
    @Nullable Due due(Instant now) {
        if (last == null) {
            begin(now);
        } else if (last.isAfter(now.plus(BACK))) {
            restart(now);
        }
        if (next == null || next.isAfter(now)) {
            return null;
        }
        var at = times.upTo(next, now);
        var lateness = Duration.between(at, now);
        boolean missed = before || lateness.compareTo(GRACE) > 0;
        if (missed && (!once || (deadline != null && lateness.compareTo(deadline) > 0))) {
            passed(at);
            return null;
        }
        return new Due(at, missed);
    }

    private void begin(Instant now) {
        var kept = marks.mark(mark);
        var from = kept.isPresent() ? Instant.ofEpochMilli(kept.getAsLong()) : null;
        if (from == null || from.isAfter(now.plus(BACK))) {
            restart(now);
            return;
        }
        last = from;
        marked = from;
        next = times.after(from);
        before = true;
    }

    /// Counts from now on.
    private void restart(Instant now) {
        last = now;
        next = times.after(now);
        before = false;
        write(now);
    }

    /// It is dealt with, up to that time.
    void passed(Instant at) {
        last = at;
        before = false;
        // at once, so that it goes to disk with the call
        if (written || Duration.between(marked, at).abs().compareTo(UNWRITTEN) >= 0) {
            write(at);
        }
        next = times.after(at);
    }

    /// Writes what is not written yet.
    void close() {
        if (last != null && !last.equals(marked)) {
            write(last);
        }
    }

    private void write(Instant at) {
        marked = at;
        marks.mark(mark, at.toEpochMilli());
    }
}
