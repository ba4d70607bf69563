package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Result;
import dev.fern.kit.Await;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A call that is stopped ends, whatever the function does about it.
class StoppingTest {
    @TempDir
    Path folder;

    private Stage stage;

    @BeforeEach
    void open() {
        stage = new Stage(folder);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    /// What a function may do while it is called with `go`; `say()` tells that it has begun.
    private static final String HELPERS = """
            static volatile int n;
            static volatile boolean begun;
            static void say() { if (!begun) { begun = true; System.out.println("begun"); } n++; }
            static void sleep() { try { Thread.sleep(1); } catch (InterruptedException e) { } }
            static int fib(int i) { say(); return i < 2 ? i : fib(i - 1) + fib(i - 2); }
            static void deep() { say(); try { deep(); } finally { deep(); } }
            static void swallow(int depth) {
                say();
                if (depth > 50) return;
                try { swallow(depth + 1); } catch (Throwable t) { }
                try { swallow(depth + 1); } catch (Throwable t) { }
            }
            static class Maker { Maker(int i) { say(); if (i < 60) { new Maker(i + 1); new Maker(i + 1); } } }
            static class Sub extends Maker {
                Sub(boolean b) { super(loop(b ? 99 : 98)); }
                static int loop(int x) { while (n >= 0) say(); return x; }
            }
            static class Broken { static { while (n >= 0) { try { say(); } catch (Throwable t) { } } } static int x; }
            static class Closing implements AutoCloseable { public void close() { while (n >= 0) say(); } }
            static class Forever implements Iterator<String> {
                public boolean hasNext() { say(); return true; }
                public String next() { return ""; }
            }
            """;

    private static String function(String statement) {
        return HELPERS + """
                public String handle(String in) throws Throwable {
                    if (!in.equals("go")) return "alive";
                    if (n >= 0) { %s }
                    return "went on";
                }
                """.formatted(statement);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for (;;) say();",
                "say(); for (;;) ;",
                "for (;;) try { for (;;) say(); } finally { continue; }",
                "say(); for (;;) try { for (;;); } finally { continue; }",
                "while (true) try { say(); sleep(); } catch (Throwable t) { }",
                "say(); while (true) try { for (int i = 0; i < 1000; i++) n++; continue; } catch (Throwable t) { n--; }",
                "while (true) { try { while (true) say(); } catch (Error e) { while (n > 0) { try { n--; say(); } catch (Throwable t) { n++; } } } }",
                "while (true) try { try { say(); sleep(); } finally { say(); } } catch (RuntimeException | Error t) { } finally { n++; }",
                "do { say(); } while (n >= 0);",
                "say(); long l = 0; while (true) { switch ((int) (l++ % 5)) { case 0: continue; case 1: n++; case 7: break; default: } }",
                "say(); outer: while (true) { switch (in.length() + n % 2) { case 100: break outer; case 20000: n++; default: continue outer; } }",
                "say(); outer: while (true) { switch (in) { case \"go\" -> { continue outer; } default -> { break outer; } } }",
                "fib(200);",
                "deep();",
                "swallow(0);",
                "new Maker(0);",
                "new Sub(true);",
                "System.out.println(Broken.x);",
                "try (var c = new Closing()) { for (;;) say(); }",
                "Runnable r = () -> { while (true) try { say(); } catch (Throwable t) { } }; r.run();",
                "java.util.stream.Stream.generate(() -> { say(); return 1; }).forEach(x -> { });",
                "say(); java.util.stream.Stream.iterate(1, x -> x + 1).forEach(x -> n++);",
                "new Forever().forEachRemaining(x -> { });",
                "Object lock = new Object(); while (true) synchronized (lock) { try { say(); lock.wait(1); } catch (Throwable t) { } }",
                "var lock = new java.util.concurrent.locks.ReentrantLock(); for (;;) { lock.lock(); try { say(); } finally { lock.unlock(); } }",
                "say(); new Thread(() -> { for (;;) n++; }).start(); for (;;) sleep();",
                "var pool = Executors.newFixedThreadPool(2); say(); pool.submit(() -> { for (;;) n++; }).get();",
                "say(); Thread.startVirtualThread(() -> { for (;;) try { n++; } catch (Throwable t) { } }).join();",
                "say(); Thread.sleep(1_000_000);",
                "say(); new CountDownLatch(1).await();",
                "say(); Collections.sort(new ArrayList<>(Collections.nCopies(5, 1)), (a, b) -> { for (;;) n++; });"
            })
    void itEndsAndTheClassesAreFreed(String statement) throws Exception {
        var loader = stopped(stage.function(function(statement)));

        for (int i = 0; i < 500 && loader.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(loader.get()).as("its classes").isNull();
    }

    /// Calls it, stops the call, and sees that a further instance works, on classes of its own.
    private static WeakReference<ClassLoader> stopped(Stage.Function function) throws Exception {
        var result = new CompletableFuture<Result>();
        var thread = Thread.ofPlatform().start(() -> result.complete(function.call("go")));
        Await.until("it has begun", () -> !function.log().isEmpty());
        assertThat(function.instance().spent()).isFalse();
        var loader = new WeakReference<ClassLoader>(code(function).loader);

        thread.interrupt();
        function.instance().stop();

        assertThat(result.get(30, TimeUnit.SECONDS)).isInstanceOf(Result.FunctionError.class);
        assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
        assertThat(function.instance().spent()).isTrue();
        function.instance().close();
        var next = new Stage.Function(function.program(), function.program().start(), function.log());
        assertThat(next.answer("")).isEqualTo("alive");
        next.instance().close();
        return loader;
    }

    private static Code code(Stage.Function function) throws ReflectiveOperationException {
        var field = JavaInstance.class.getDeclaredField("code");
        field.setAccessible(true);
        return (Code) field.get(function.instance());
    }

    /// Threads of the common pool belong to nobody, and may have been started by another function.
    @Test
    void aLoopInTheCommonPoolEndsToo() throws Exception {
        int threads = ForkJoinPool.getCommonPoolParallelism();
        stopped(stage.function(function("""
                for (int i = 0; i < %d; i++) ForkJoinPool.commonPool().submit(() -> { for (;;) say(); });
                for (;;) sleep();
                """.formatted(threads))));

        assertThat(ForkJoinPool.commonPool().submit(() -> 1).get(30, TimeUnit.SECONDS))
                .isEqualTo(1);
    }

    @Test
    void anotherInstanceOfTheSameVersionGoesOn() throws Exception {
        var one = stage.function(function("for (;;) say();"));
        var two = new Stage.Function(one.program(), one.program().start(), one.log());
        var other = new CompletableFuture<Result>();
        try (var _ = one.program()) {
            var waiting = Thread.ofPlatform().start(() -> other.complete(two.call("go")));
            Await.until("it has begun", () -> !one.log().isEmpty());

            stopped(one);

            assertThat(waiting.isAlive()).isTrue();
            assertThat(other).isNotDone();
            two.instance().stop();
            assertThat(other.get(30, TimeUnit.SECONDS)).isInstanceOf(Result.FunctionError.class);
        }
    }

    @Test
    void locksAreGivenBackAndFinallyHasItsTurn() throws Exception {
        var function = stage.function("""
                static final Object LOCK = new Object();
                static final java.util.concurrent.locks.ReentrantLock OTHER = new java.util.concurrent.locks.ReentrantLock();
                public String handle(String in) {
                    if (!in.equals("go")) {
                        return "" + OTHER.isLocked() + Thread.holdsLock(LOCK);
                    }
                    OTHER.lock();
                    try {
                        synchronized (LOCK) { System.out.println("begun"); for (;;) ; }
                    } finally {
                        OTHER.unlock();
                    }
                }
                """);
        var two = new Stage.Function(function.program(), function.program().start(), function.log());
        var result = new CompletableFuture<Result>();
        var thread = Thread.ofPlatform().start(() -> result.complete(function.call("go")));
        Await.until("it has begun", () -> !function.log().isEmpty());
        function.instance().stop();
        result.get(30, TimeUnit.SECONDS);
        thread.join();

        assertThat(two.answer("")).isEqualTo("falsefalse");
        two.close();
    }

    @Test
    void theLogSaysWhereItWas() throws Exception {
        var function = stage.function("""
                public String handle(String in) { System.out.println("begun"); for (;;) ; }
                """);
        var result = new CompletableFuture<Result>();
        Thread.ofPlatform().start(() -> result.complete(function.call("go")));
        Await.until("it has begun", () -> !function.log().isEmpty());
        function.instance().stop();
        result.get(30, TimeUnit.SECONDS);

        assertThat(function.log())
                .anyMatch(line -> line.contains("the call was stopped"))
                .anyMatch(line -> line.equals("    at demo.Fn.handle(Fn.java:10)"));
        function.close();
    }

    @Test
    void loadingAndStartingAreStoppedToo() throws Exception {
        var loading = stage.bundle("""
                static { while (System.nanoTime() != 0) try { Thread.sleep(1); } catch (Throwable t) { } }
                public String handle() { return ""; }
                """);
        var starting = stage.bundle("""
                public Fn() { while (System.nanoTime() != 0) try { Thread.sleep(1); } catch (Throwable t) { } }
                public String handle() { return ""; }
                """);
        for (var bundle : java.util.List.of(loading, starting)) {
            var failure = new CompletableFuture<Throwable>();
            var thread = Thread.ofPlatform().start(() -> {
                try {
                    stage.function(bundle);
                } catch (Throwable e) {
                    failure.complete(e);
                }
            });
            Await.until("it runs", () -> thread.getState() == Thread.State.TIMED_WAITING);
            Await.until("it is stopped", () -> {
                stage.runtime.stop(thread);
                return failure.isDone();
            });
            assertThat(failure.get()).hasMessageContaining("the call was stopped");
        }
    }

    @Test
    void oneThatFailsForWantOfRoomKeepsNothing() throws Exception {
        var function = stage.function("""
                static final List<Object> KEPT = new ArrayList<>();
                public String handle(String in) {
                    while (in.equals("hog")) KEPT.add(new byte[16 << 20]);
                    if (in.equals("careful")) try { handle("hog"); } catch (OutOfMemoryError e) { KEPT.clear(); }
                    return "kept " + KEPT.size();
                }
                """);
        assertThat(function.answer("careful")).isEqualTo("kept 0");
        assertThat(function.instance().spent()).as("who deals with it goes on").isFalse();

        assertThat(function.failure("hog")).contains("no room for 16 MB more");
        assertThat(function.instance().spent()).isTrue();
        function.instance().close();
        try (var next =
                new Stage.Function(function.program(), function.program().start(), function.log())) {
            assertThat(next.answer("x")).isEqualTo("kept 0");
        }
    }
}
