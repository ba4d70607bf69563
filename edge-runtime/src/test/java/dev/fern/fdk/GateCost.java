package dev.fern.fdk;

import com.fnproject.fn.runtime.FernHooks;
import dev.fern.Heap;
import dev.fern.kit.JavaBundle;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/// Measures what the checks in a function's code cost: the same class, as it was compiled and as it is rewritten, in
/// turns. Not a test; run it with and without `-XX:TieredStopAtLevel=1`.
final class GateCost {
    private static final String SOURCE = """
            package demo;
            import java.util.*;
            import java.util.function.*;
            public class Work implements LongUnaryOperator {
                private final String kind;
                public Work(String kind) { this.kind = kind; }
                private final int[] array = new int[4096];
                private final Map<String, Integer> counts = new HashMap<>();
                private double limit = 30;
                public long applyAsLong(long n) {
                    return switch (kind) {
                        case "sum of an array" -> sum();
                        case "fill of an array" -> { for (int i = 0; i < array.length; i++) array[i] = i * 3; yield array[7]; }
                        case "calls (fib)" -> fib(18);
                        case "words in a map" -> words();
                        case "text and numbers" -> text(n);
                        case "objects" -> objects();
                        case "matrix" -> matrix();
                        case "sort and stream" -> stream();
                        default -> throw new IllegalArgumentException();
                    };
                }
                private long sum() { long s = 0; for (int i = 0; i < array.length; i++) s += array[i]; return s; }
                private static int fib(int i) { return i < 2 ? i : fib(i - 1) + fib(i - 2); }
                private long words() {
                    counts.clear();
                    for (var word : "it is too hot in the greenhouse and the fan is off so it is too hot".split(" "))
                        counts.merge(word, 1, Integer::sum);
                    return counts.size();
                }
                private long text(long n) {
                    var b = new StringBuilder();
                    for (int i = 0; i < 20; i++) b.append("celsius ").append(i + n).append(' ').append(limit);
                    return Double.parseDouble(b.substring(b.length() - 4)) > limit ? 1 : b.length();
                }
                private record Reading(double celsius, Reading before) { double value() { return celsius; } }
                private long objects() {
                    Reading r = null;
                    for (int i = 0; i < 200; i++) r = new Reading(i, r);
                    double s = 0;
                    for (var at = r; at != null; at = at.before()) s += at.value();
                    return (long) s;
                }
                private final double[][] a = new double[24][24], b = new double[24][24], c = new double[24][24];
                private long matrix() {
                    for (int i = 0; i < 24; i++) for (int j = 0; j < 24; j++) {
                        double s = 0;
                        for (int k = 0; k < 24; k++) s += a[i][k] * b[k][j];
                        c[i][j] = s;
                    }
                    return (long) c[3][4];
                }
                private long stream() {
                    var list = new ArrayList<Integer>();
                    for (int i = 0; i < 100; i++) list.add((i * 7919) % 101);
                    list.sort((x, y) -> Integer.compare(y, x));
                    return list.stream().filter(x -> x % 2 == 0).mapToInt(x -> x).sum();
                }
            }
            """;
    private static final List<String> KINDS = List.of(
            "words in a map",
            "text and numbers",
            "objects",
            "sort and stream",
            "calls (fib)",
            "matrix",
            "sum of an array",
            "fill of an array");

    private GateCost() {}

    private static final class Plain extends ClassLoader {
        private final Map<String, byte[]> classes;

        Plain(Map<String, byte[]> classes) {
            this.classes = classes;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            var bytes = classes.get(name.replace('.', '/') + ".class");
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    public static void main(String[] args) throws Exception {
        var classes = JavaBundle.compile(List.of(), SOURCE);
        var rewritten = new java.util.TreeMap<>(classes);
        long start = System.nanoTime();
        rewritten.replaceAll((name, bytes) -> Rewriter.rewrite(name, bytes));
        System.out.printf("rewriting %d classes: %d us%n", classes.size(), (System.nanoTime() - start) / 1000);
        host();
        for (var kind : KINDS) {
            var plain = work(new Plain(classes), kind);
            // the gate is found on the class path here, which is as good
            var checked = work(new Plain(rewritten), kind);
            var ratios = new double[9];
            double best = 0;
            for (int i = 0; i < 4; i++) {
                nanos(plain);
                nanos(checked);
            }
            for (int i = 0; i < ratios.length; i++) {
                double before = nanos(plain);
                ratios[i] = nanos(checked) / before;
                best = before;
            }
            Arrays.sort(ratios);
            System.out.printf(
                    "%-20s %10.0f ns, with checks x %.2f (%.2f..%.2f)%n",
                    kind, best, ratios[ratios.length / 2], ratios[0], ratios[ratios.length - 1]);
        }
    }

    /// Whom the gate asks now and then: as the daemon's, it looks at the heap.
    private static void host() throws Exception {
        var heap = new Heap();
        var host = Proxy.newProxyInstance(
                GateCost.class.getClassLoader(), new Class<?>[] {Bridge.Host.class}, (_, _, _) -> {
                    heap.pace();
                    return null;
                });
        var set = FernHooks.class.getDeclaredMethod("host", Bridge.Host.class);
        set.setAccessible(true);
        set.invoke(null, host);
    }

    private static LongUnaryOperator work(ClassLoader loader, String kind) throws Exception {
        return (LongUnaryOperator)
                loader.loadClass("demo.Work").getConstructor(String.class).newInstance(kind);
    }

    private static double nanos(LongUnaryOperator work) {
        long start = System.nanoTime();
        long n = 0;
        long sum = 0;
        while (System.nanoTime() - start < 100_000_000) {
            for (int i = 0; i < 20; i++) {
                sum += work.applyAsLong(n++);
            }
        }
        if (sum == 42) {
            System.out.println();
        }
        return (double) (System.nanoTime() - start) / n;
    }
}
