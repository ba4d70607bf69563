package dev.fern.polyglot;

import dev.fern.Heap;
import java.math.BigInteger;

/// The largest BigInt that JavaScript can have. `1n << 1000000000n` fills the heap by one operator, which cannot be
/// wrapped; a product of two such numbers takes minutes, in which nobody can stop it. GraalJS 25.0.2 knows no limit but
/// Java's own.
///
/// [EngineCode] makes GraalJS come here instead of [BigInteger]. What would be too large gets the RangeError of V8.
/// Public for GraalJS alone.
public final class BigIntLimit {
    /// Bits of the largest one: 315,653 decimal digits.
    static final int BITS = 1 << 20;

    /// Bits of one that takes more than a KB.
    private static final int LARGE = 1 << 13;

    private static final Heap HEAP = new Heap();

    private BigIntLimit() {}

    /// [BigInteger#multiply] within the limit.
    public static BigInteger multiply(BigInteger a, BigInteger b) {
        within((long) a.bitLength() + b.bitLength() - 1);
        return a.multiply(b);
    }

    /// [BigInteger#pow] within the limit.
    public static BigInteger pow(BigInteger a, int exponent) {
        within((a.bitLength() - 1L) * exponent);
        return a.pow(exponent);
    }

    /// [BigInteger#shiftLeft] within the limit.
    public static BigInteger shiftLeft(BigInteger a, int bits) {
        within(a.bitLength() + (long) bits);
        return a.shiftLeft(bits);
    }

    /// [BigInteger#shiftRight] within the limit: by less than nothing it is the other one.
    public static BigInteger shiftRight(BigInteger a, int bits) {
        within(a.bitLength() - (long) bits);
        return a.shiftRight(bits);
    }

    /// Before a text becomes a number, which takes time by the square of its length.
    public static void read(String digits, int radix) {
        within((long) (digits.length() * Math.log(radix) / Math.log(2)));
    }

    /// The same for a decimal one.
    public static void read(String digits) {
        read(digits, 10);
    }

    /// Whatever was computed. One operator makes a large one in no time, so who keeps them fills the heap before the
    /// watch has its turn.
    public static void made(BigInteger number) {
        int bits = number.bitLength();
        within(bits);
        if (bits > LARGE) {
            HEAP.pace();
        }
    }

    private static void within(long bits) {
        if (bits > BITS) {
            throw EngineCode.bigIntTooLarge();
        }
    }
}
