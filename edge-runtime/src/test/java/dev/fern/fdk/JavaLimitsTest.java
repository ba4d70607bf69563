package dev.fern.fdk;

import dev.fern.Bundle;
import dev.fern.FunctionRuntime;
import dev.fern.Metrics;
import dev.fern.invoke.LimitsContract;
import dev.fern.kit.JavaBundle;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bad Java functions in the daemon's process.
class JavaLimitsTest extends LimitsContract {
    private static final String MEMBERS = """
            static List<Object> kept = new ArrayList<>();
            static volatile long n;
            static int depth(int i) { return depth(i + 1) + 1; }
            record Node(Node next, String text) { }
            static class Leaky { byte[] b = new byte[100]; Leaky next; }
            static void sleep(long ms) { try { Thread.sleep(ms); } catch (InterruptedException e) { } }
            """;

    @Override
    protected FunctionRuntime runtime() {
        return new JavaRuntime(Stage.FDK, 64 << 10, new Metrics());
    }

    @Override
    protected Bundle bundle(Path folder, String code) {
        return JavaBundle.of(folder, "demo.Fn::handle", Stage.source(MEMBERS + """
                public String handle(String in) throws Throwable {
                    if (!in.equals("bad")) return in;
                    if (n >= 0) { %s }
                    return "went on";
                }
                """.formatted(code)));
    }

    private static Bad bad(String name, End end, @Nullable String saying, String code) {
        return new Bad(name, code, end, saying);
    }

    @Override
    protected List<Bad> bad() {
        return List.of(
                bad("loop", End.TIME, null, "for (;;) n++;"),
                bad("loop that catches all", End.TIME, null, "while (true) try { sleep(1); } catch (Throwable t) { }"),
                bad("finally that goes on", End.TIME, null, "for (;;) try { for (;;); } finally { continue; }"),
                bad("deaf to interrupts", End.TIME, null, "while (true) sleep(100000);"),
                bad(
                        "loop in another thread",
                        End.TIME,
                        null,
                        "var t = new Thread(() -> { for (;;) n++; }); t.start(); t.join();"),
                bad(
                        "stream without end",
                        End.TIME,
                        null,
                        "java.util.stream.Stream.generate(() -> 1).forEach(x -> n++);"),
                bad("lock for ever", End.TIME, null, "synchronized (kept) { for (;;) n++; }"),
                bad("hog of a list", End.MEMORY, null, "while (true) kept.add(new byte[10_000]);"),
                bad(
                        "hog of small objects",
                        End.MEMORY,
                        null,
                        "for (Node l = null;; l = new Node(l, \"\" + n++)) kept.set(0, l);"
                                .replace("kept.set(0, l)", "if (kept.isEmpty()) kept.add(l); else kept.set(0, l)")),
                bad(
                        "hog that catches all",
                        End.MEMORY,
                        null,
                        "while (true) try { kept.add(new byte[100_000]); } catch (Throwable t) { }"),
                bad("hog of large arrays", End.MEMORY, null, "while (true) kept.add(new byte[4 << 20]);"),
                bad(
                        "hog of a map",
                        End.MEMORY,
                        null,
                        "var m = new HashMap<Long, String>(); while (true) m.put(n, \"value \" + n++);"),
                bad(
                        "hog of a string builder",
                        End.MEMORY,
                        null,
                        "var b = new StringBuilder(\"x\"); while (true) b.append(b);"),
                bad(
                        "hog in another thread",
                        End.MEMORY,
                        null,
                        "var t = new Thread(() -> { while (true) kept.add(new byte[10_000]); }); t.start(); t.join(); sleep(1000000);"),
                bad(
                        "hog in a pool",
                        End.MEMORY,
                        null,
                        "Executors.newFixedThreadPool(2).submit(() -> { while (true) kept.add(new byte[10_000]); }).get(); sleep(1000000);"),
                bad("one huge array", End.MEMORY, "1024 MB", "kept.add(new byte[1 << 30]);"),
                bad("one huge grid", End.MEMORY, null, "kept.add(new long[1 << 14][1 << 14]);"),
                bad("repeated string", End.MEMORY, "1024 MB", "kept.add(\"x\".repeat(1 << 30));"),
                bad("huge list", End.MEMORY, null, "kept.add(new ArrayList<Object>(1 << 29));"),
                bad("huge buffer", End.MEMORY, null, "kept.add(java.nio.ByteBuffer.allocateDirect(1 << 30));"),
                bad(
                        "doubled copies",
                        End.MEMORY,
                        null,
                        "var a = new int[16]; while (true) a = Arrays.copyOf(a, a.length * 2);"),
                bad(
                        "churn of garbage",
                        End.ANSWERS,
                        "fine",
                        "for (int i = 0; i < 200_000; i++) kept = new ArrayList<>(List.of(new byte[10_000], \"\" + i)); return \"fine\";"),
                bad(
                        "churn of large garbage",
                        End.ANSWERS,
                        "fine",
                        "for (int i = 0; i < 1000; i++) kept = new ArrayList<>(List.of(new byte[4 << 20])); return \"fine\";"),
                bad("deep recursion", End.FAILS, "StackOverflowError", "return \"\" + depth(0);"),
                bad("huge answer", End.FAILS, "answer is larger", "return \"x\".repeat(1 << 20);"),
                bad(
                        "flood of output",
                        End.ANSWERS,
                        "the rest is dropped",
                        "for (int i = 0; i < 200_000; i++) System.out.println(\"line \" + i); return \"fine\";"),
                bad(
                        "one endless line",
                        End.ANSWERS,
                        "xxx...",
                        "for (int i = 0; i < 2_000_000; i++) System.out.print('x'); System.out.println(); return \"fine\";"),
                bad(
                        "threads",
                        End.FAILS,
                        "no further thread",
                        "while (true) new Thread(() -> sleep(1000000)).start();"),
                bad(
                        "threads of a cached pool",
                        End.FAILS,
                        "no further thread",
                        "var pool = Executors.newCachedThreadPool(); while (true) pool.submit(() -> sleep(1000000));"),
                bad(
                        "pools",
                        End.FAILS,
                        "no further thread",
                        "while (true) Executors.newSingleThreadExecutor().submit(() -> sleep(1000000));"),
                bad("timers", End.FAILS, "no further thread", "while (true) new Timer();"),
                bad(
                        "virtual threads",
                        End.FAILS,
                        "no further virtual thread",
                        "while (true) Thread.startVirtualThread(() -> sleep(1000000));"),
                bad(
                        "virtual threads of an executor",
                        End.MEMORY,
                        null,
                        "var pool = Executors.newVirtualThreadPerTaskExecutor(); while (true) pool.submit(() -> sleep(1000000));"),
                bad(
                        "closed streams",
                        End.ANSWERS,
                        "fine",
                        "System.out.close(); System.err.close(); System.in.close(); System.out.println(\"x\"); return \"fine\";"),
                bad("exit", End.FAILS, "System.exit(3)", "System.exit(3);"),
                bad("halt", End.FAILS, "Runtime.halt(3)", "Runtime.getRuntime().halt(3);"),
                bad(
                        "exit in a finally",
                        End.FAILS,
                        "System.exit",
                        "try { System.exit(1); } finally { return \"no\"; }"),
                bad("throws an error", End.FAILS, ": x", "throw new VirtualMachineError(\"x\") { };"));
    }
}
