package dev.fern.fdk;

import dev.fern.Bundle;
import dev.fern.FunctionRuntime;
import dev.fern.Metrics;
import dev.fern.invoke.LimitsContract;
import dev.fern.kit.JavaBundle;
import java.nio.file.Path;
import java.util.List;

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

    /// Name, how the call ends, what its reason, answer or log says, code.
    private static final String BAD = """
            loop | TIME |  | for (;;) n++;
            loop that catches all | TIME |  | while (true) try { sleep(1); } catch (Throwable t) { }
            finally that goes on | TIME |  | for (;;) try { for (;;); } finally { continue; }
            deaf to interrupts | TIME |  | while (true) sleep(100000);
            loop in another thread | TIME |  | var t = new Thread(() -> { for (;;) n++; }); t.start(); t.join();
            stream without end | TIME |  | java.util.stream.Stream.generate(() -> 1).forEach(x -> n++);
            lock for ever | TIME |  | synchronized (kept) { for (;;) n++; }
            hog of a list | MEMORY |  | while (true) kept.add(new byte[10_000]);
            hog of small objects | MEMORY |  | for (Node l = null;; l = new Node(l, "" + n++)) if (kept.isEmpty()) kept.add(l); else kept.set(0, l);
            hog that catches all | MEMORY |  | while (true) try { kept.add(new byte[100_000]); } catch (Throwable t) { }
            hog of large arrays | MEMORY |  | while (true) kept.add(new byte[4 << 20]);
            hog of a map | MEMORY |  | var m = new HashMap<Long, String>(); while (true) m.put(n, "value " + n++);
            hog of a string builder | MEMORY |  | var b = new StringBuilder("x"); while (true) b.append(b);
            hog in another thread | MEMORY |  | var t = new Thread(() -> { while (true) kept.add(new byte[10_000]); }); t.start(); t.join(); sleep(1000000);
            hog in a pool | MEMORY |  | Executors.newFixedThreadPool(2).submit(() -> { while (true) kept.add(new byte[10_000]); }).get(); sleep(1000000);
            one huge array | MEMORY | 1024 MB | kept.add(new byte[1 << 30]);
            one huge grid | MEMORY |  | kept.add(new long[1 << 14][1 << 14]);
            repeated string | MEMORY | 1024 MB | kept.add("x".repeat(1 << 30));
            huge list | MEMORY |  | kept.add(new ArrayList<Object>(1 << 29));
            huge buffer | MEMORY |  | kept.add(java.nio.ByteBuffer.allocateDirect(1 << 30));
            doubled copies | MEMORY |  | var a = new int[16]; while (true) a = Arrays.copyOf(a, a.length * 2);
            churn of garbage | ANSWERS | fine | for (int i = 0; i < 200_000; i++) kept = new ArrayList<>(List.of(new byte[10_000], "" + i)); return "fine";
            churn of large garbage | ANSWERS | fine | for (int i = 0; i < 1000; i++) kept = new ArrayList<>(List.of(new byte[4 << 20])); return "fine";
            deep recursion | FAILS | StackOverflowError | return "" + depth(0);
            huge answer | FAILS | answer is larger | return "x".repeat(1 << 20);
            flood of output | ANSWERS | the rest is dropped | for (int i = 0; i < 200_000; i++) System.out.println("line " + i); return "fine";
            one endless line | ANSWERS | xxx... | for (int i = 0; i < 2_000_000; i++) System.out.print('x'); System.out.println(); return "fine";
            threads | FAILS | no further thread | while (true) new Thread(() -> sleep(1000000)).start();
            threads of a cached pool | FAILS | no further thread | var pool = Executors.newCachedThreadPool(); while (true) pool.submit(() -> sleep(1000000));
            pools | FAILS | no further thread | while (true) Executors.newSingleThreadExecutor().submit(() -> sleep(1000000));
            timers | FAILS | no further thread | while (true) new Timer();
            virtual threads | FAILS | no further virtual thread | while (true) Thread.startVirtualThread(() -> sleep(1000000));
            virtual threads of an executor | MEMORY |  | var pool = Executors.newVirtualThreadPerTaskExecutor(); while (true) pool.submit(() -> sleep(1000000));
            closed streams | ANSWERS | fine | System.out.close(); System.err.close(); System.in.close(); System.out.println("x"); return "fine";
            exit | FAILS | System.exit(3) | System.exit(3);
            halt | FAILS | Runtime.halt(3) | Runtime.getRuntime().halt(3);
            exit in a finally | FAILS | System.exit | try { System.exit(1); } finally { return "no"; }
            throws an error | FAILS | : x | throw new VirtualMachineError("x") { };
            """;

    @Override
    protected List<Bad> bad() {
        return BAD.lines().map(Bad::parse).toList();
    }
}
