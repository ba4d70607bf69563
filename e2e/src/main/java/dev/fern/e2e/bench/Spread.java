package dev.fern.e2e.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;

/// Some measurements of one thing: the one in the middle, and how far the others are from it.
record Spread(double median, double min, double max, int count) {
    static Spread of(DoubleStream values) {
        var sorted = values.sorted().toArray();
        int count = sorted.length;
        if (count == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
        return new Spread(median, sorted[0], sorted[count - 1], count);
    }

    static Spread of(double... values) {
        return of(Arrays.stream(values));
    }

    /// `MEDIAN (MIN..MAX)` with so many digits after the point; only the value if there is but one.
    String text(int digits) {
        var number = "%." + digits + "f";
        return count == 1
                ? String.format(Locale.ROOT, number, median)
                : String.format(Locale.ROOT, number + " (" + number + ".." + number + ")", median, min, max);
    }
}
