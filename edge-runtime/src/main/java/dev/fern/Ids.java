package dev.fern;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Ids as an Fn server makes them (fn/api/id/id.go): 26 characters of Crockford's base 32, sortable by time.
///
/// ```
/// 48 bits ms since 1970 | 48 bits machine | 32 bits counter
/// ```
///
/// The first part never goes back, whatever the clock does, and after a restart it goes on above a bound that was kept
/// on disk: ids of this device are in order even if it wakes up in 1970. They are unique because the second part is
/// random for each run.
public final class Ids {
    /// How far ahead of the ids the kept bound is: it is written once in that time, if there are ids at all.
    static final long AHEAD_MS = Duration.ofHours(1).toMillis();

    private static final String MARK = "ids";
    private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
    private static final long MACHINE = new SecureRandom().nextLong() & 0xFFFF_FFFF_FFFFL;
    private static final Ids OF_THIS_RUN = new Ids(System::currentTimeMillis);

    private final LongSupplier clock;
    private final AtomicInteger counter = new AtomicInteger();
    private final AtomicLong last = new AtomicLong();
    private final AtomicLong bound = new AtomicLong(Long.MAX_VALUE);
    private volatile Marks marks = Marks.NONE;

    /// @param clock in ms since 1970
    Ids(LongSupplier clock) {
        this.clock = clock;
    }

    /// An id that no other call, on this or any device, has given. Any thread.
    public static String next() {
        return OF_THIS_RUN.one();
    }

    /// From now on ids sort behind all that an earlier run gave, which kept its bound there.
    public static void continueFrom(Marks marks) {
        OF_THIS_RUN.goOn(marks);
    }

    void goOn(Marks kept) {
        marks = kept;
        long start = Math.max(clock.getAsLong(), kept.mark(MARK).orElse(0) + 1);
        last.accumulateAndGet(start, Math::max);
        bound.set(start + AHEAD_MS);
        kept.mark(MARK, start + AHEAD_MS);
    }

    String one() {
        long ms = last.accumulateAndGet(clock.getAsLong(), Math::max);
        long limit = bound.get();
        // half of the way before it: the write takes a moment
        if (ms > limit - AHEAD_MS / 2 && bound.compareAndSet(limit, ms + AHEAD_MS)) {
            marks.mark(MARK, ms + AHEAD_MS);
        }
        return of(ms, MACHINE, counter.incrementAndGet());
    }

    static String of(long timeMs, long machine, int counter) {
        long high = timeMs << 16 | machine >>> 32;
        long low = machine << 32 | counter & 0xFFFF_FFFFL;
        var text = new char[26];
        for (int i = 25; i >= 0; i--) {
            text[i] = ALPHABET[(int) (low & 31)];
            low = low >>> 5 | high << 59;
            high >>>= 5;
        }
        return new String(text);
    }
}
