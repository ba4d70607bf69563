package dev.fern;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Ids as an Fn server makes them (fn/api/id/id.go): 26 characters of Crockford's base 32, sortable by time.
///
/// ```
/// 48 bits ms since 1970 | 48 bits machine | 32 bits counter
/// ```
public final class Ids {
    private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
    private static final long MACHINE = new SecureRandom().nextLong() & 0xFFFF_FFFF_FFFFL;
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private Ids() {}

    /// An id that no other call, on this or any device, has given. Any thread.
    public static String next() {
        return of(System.currentTimeMillis(), MACHINE, COUNTER.incrementAndGet());
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
