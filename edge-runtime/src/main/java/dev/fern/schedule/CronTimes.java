package dev.fern.schedule;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.fern.InvalidDefinitionException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// When a cron expression is due, by the clocks of one time zone.
///
/// Where clocks are put forward or back it does as Debian's cron. With an hour that begins with `*` it is due whenever
/// the clock on the wall matches: not in an hour that is left out, twice in one that comes twice. With a named hour it
/// is due once: a time that is left out when the clock is put forward, one that comes twice the first time.
final class CronTimes {
    private static final Map<String, String> NAMES = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");

    private static final String FORM =
            "give five fields (minute, hour, day, month, day of the week), such as cron:*/5 * * * *, or @daily";
    /// A time that is not due within so many changes of the clock never is: 29 February takes 16 of them.
    private static final int CHANGES = 64;

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /// Without a zone: what the library makes of changes of the clock differs from version to version.
    private final ExecutionTime times;

    private final boolean anyHour;
    private final ZoneRules rules;

    private CronTimes(ExecutionTime times, boolean anyHour, ZoneRules rules) {
        this.times = times;
        this.anyHour = anyHour;
        this.rules = rules;
    }

    static CronTimes of(String expression, ZoneId zone) throws InvalidDefinitionException {
        if (expression.equals("@reboot")) {
            throw new InvalidDefinitionException("@reboot is no time", "use the trigger device:started");
        }
        var fields = NAMES.getOrDefault(expression.strip(), expression.strip());
        if (fields.startsWith("@")) {
            throw new InvalidDefinitionException(
                    "cron:" + expression + " makes no sense",
                    "give @yearly, @monthly, @weekly, @daily or @hourly, or use the trigger every");
        }
        ExecutionTime times;
        try {
            var unix = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
            times = ExecutionTime.forCron(unix.parse(fields));
        } catch (IllegalArgumentException e) {
            var why = String.valueOf(e.getMessage()).replace("Failed to parse cron expression. ", "");
            throw new InvalidDefinitionException("cron:" + expression + " makes no sense: " + why, FORM);
        }
        var hour = fields.split("\\s+")[1];
        var cron = new CronTimes(times, hour.startsWith("*"), zone.getRules());
        if (cron.next(LocalDateTime.of(2000, 1, 1, 0, 0)) == null) {
            throw new InvalidDefinitionException("cron:" + expression + " is never due", "give a day that exists");
        }
        return cron;
    }

    /// The first time after that, or null if there is none any more.
    @Nullable Instant after(Instant now) {
        var from = now;
        boolean inclusive = false;
        for (int i = 0; i < CHANGES; i++) {
            var offset = rules.getOffset(from);
            var local = LocalDateTime.ofInstant(from, offset);
            var repeated = repeatedUntil(from, local);
            if (repeated != null) {
                local = repeated;
                inclusive = true;
            }
            var next = next(inclusive ? local.minusNanos(1) : local);
            if (next == null) {
                return null;
            }
            var at = next.toInstant(offset);
            var change = rules.nextTransition(from);
            if (change == null || at.isBefore(change.getInstant())) {
                return at;
            }
            if (!anyHour && change.isGap() && next.isBefore(change.getDateTimeAfter())) {
                return change.getInstant();
            }
            from = change.getInstant();
            inclusive = true;
        }
        return null;
    }

    /// Where that time comes for the second time and should not count again: when that ends, else null.
    private @Nullable LocalDateTime repeatedUntil(Instant from, LocalDateTime local) {
        ZoneOffsetTransition last = anyHour ? null : rules.previousTransition(from.plusNanos(1));
        return last != null && last.isOverlap() && local.isBefore(last.getDateTimeBefore())
                ? last.getDateTimeBefore()
                : null;
    }

    /// The last time that is not after `now`.
    ///
    /// @param due a time that is not after `now` either
    Instant upTo(Instant due, Instant now) {
        var last = due;
        var none = now; // nothing is due after this and until now
        while (Duration.between(last, none).compareTo(MINUTE) >= 0) {
            var middle = last.plus(Duration.between(last, none).dividedBy(2));
            var next = after(middle);
            if (next == null || next.isAfter(now)) {
                none = middle;
            } else {
                last = next;
            }
        }
        return last;
    }

    private @Nullable LocalDateTime next(LocalDateTime after) {
        return times.nextExecution(after.atZone(ZoneOffset.UTC))
                .map(ZonedDateTime::toLocalDateTime)
                .orElse(null);
    }
}
