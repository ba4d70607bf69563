package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Console;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream daemon = new ByteArrayOutputStream();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private Stage stage;

    @BeforeEach
    void open() {
        var capture = new PrintStream(daemon, true, StandardCharsets.UTF_8);
        System.setOut(capture);
        System.setErr(capture);
        stage = new Stage(folder);
    }

    @AfterEach
    void close() {
        stage.close();
        System.setOut(out);
        System.setErr(err);
    }

    private String daemonSaw() {
        return daemon.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatAFunctionPrintsIsTheLogOfItsCallLineByLine() throws Exception {
        try (var function = stage.function("""
                public String handle(String in) {
                    System.out.println("one " + in);
                    System.err.print("two\\r\\nthree, ");
                    System.out.printf("%s%n", "grün");
                    System.err.print("unfinished");
                    return "";
                }
                """)) {
            function.answer("1");
            assertThat(function.log()).containsExactly("one 1", "two", "grün", "three, unfinished");

            function.answer("2");
            assertThat(function.log()).hasSize(8).contains("one 2");
            assertThat(daemonSaw()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Thread t = new Thread(say); t.start(); t.join();",
                "Thread t = Thread.ofVirtual().start(say); t.join();",
                "CompletableFuture.runAsync(say).get();",
                "new Thread(() -> { Thread t = new Thread(say); t.start(); try { t.join(); } catch (Exception e) {} }).start();"
                        + " said.await();",
                "var pool = Executors.newCachedThreadPool(); pool.submit(say).get(); pool.shutdown();",
                "var pool = ForkJoinPool.commonPool(); pool.submit(say).get();",
                "List.of(1, 2, 3, 4).parallelStream().forEach(i -> say.run());",
                "new Timer(true).schedule(new TimerTask() { public void run() { say.run(); } }, 1); said.await();",
                "new RuntimeException(\"here\").printStackTrace(); RuntimeException e = new RuntimeException(\"there\");"
                        + " Runnable r = e::printStackTrace; r.run(); List.of(e).forEach(Throwable::printStackTrace);",
                "var printer = System.out; System.out.close(); printer.close(); say.run();",
                "var o = (java.io.PrintStream) System.class.getField(\"out\").get(null); o.close(); o.println(\"here\");"
                        + " o.println(\"there\");",
                "List.of(\"here\", \"there\").forEach(System.out::println);",
                "say.run(); new RuntimeException(\"here\").printStackTrace();",
                "Thread t = new Thread(() -> { throw new RuntimeException(\"here there\"); }); t.start(); t.join();",
                "class Own extends Exception { Own() { super(\"here there\"); } } new Own().printStackTrace();"
            })
    void itIsTheLogWhateverThreadPrints(String statements) throws Exception {
        try (var function = stage.function("""
                public String handle(String in) throws Exception {
                    var said = new CountDownLatch(1);
                    Runnable say = () -> { System.out.println("here"); System.err.println("there"); said.countDown(); };
                    %s
                    return "";
                }
                """.formatted(statements))) {
            function.answer("");

            assertThat(String.join("\n", function.log())).contains("here", "there");
            assertThat(daemonSaw()).isEmpty();
            System.out.println("mine");
            assertThat(daemonSaw()).isEqualTo("mine\n");
        }
    }

    @Test
    void whatTheDaemonPrintsStaysWhereItWas() throws Exception {
        try (var function = stage.function("public String handle() { System.out.close(); return \"\"; }")) {
            function.answer("");
            System.out.print("aus ä ");
            System.err.println("Daemon");

            assertThat(daemonSaw()).isEqualTo("aus ä Daemon\n");
            assertThat(function.log()).isEmpty();
        }
    }

    @Test
    void anExceptionThatNeverTellsItsTextHoldsUpNobodyElse() throws Exception {
        try (var stuck = stage.function("""
                public String handle(String in) throws Exception {
                    var asked = new CountDownLatch(1);
                    RuntimeException e = new RuntimeException() {
                        public String getMessage() {
                            asked.countDown();
                            try { Thread.sleep(1_000_000); } catch (InterruptedException i) { }
                            return "";
                        }
                    };
                    new Thread(() -> e.printStackTrace()).start();
                    asked.await();
                    return "";
                }
                """);
                var other = stage.function("public String handle() { return \"\"; }")) {
            stuck.answer("");
            var daemons = new Thread(() -> new Exception("daemon's").printStackTrace());
            daemons.start();

            assertThat(daemons.join(Duration.ofSeconds(10))).isTrue();
            assertThat(daemonSaw()).contains("daemon's");
            assertThat(other.answer("")).isEmpty();
        }
    }

    @Test
    void twoFunctionsAtOnceHaveALogEach() throws Exception {
        var members = """
                public String handle(String in) {
                    for (int i = 0; i < 200; i++) { System.out.println(in); Thread.yield(); }
                    return "";
                }
                """;
        try (var one = stage.function(members);
                var two = stage.function(members)) {
            var thread = new Thread(() -> one.call("one"));
            thread.start();
            two.call("two");
            thread.join();

            assertThat(one.log()).hasSize(200).containsOnly("one");
            assertThat(two.log()).hasSize(200).containsOnly("two");
        }
    }

    @Test
    void twoInstancesAtOnceHaveALogEachOnTheirOwnThreadsToo() throws Exception {
        try (var one = stage.function("""
                public String handle(String in) throws Exception {
                    var thread = new Thread(() -> {
                        for (int i = 0; i < 200; i++) { System.out.println(in); Thread.yield(); }
                    });
                    thread.start();
                    thread.join();
                    return "";
                }
                """)) {
            var two = new Stage.Function(one.program(), one.program().start(), new CopyOnWriteArrayList<>());
            var thread = new Thread(() -> one.call("one"));
            thread.start();
            two.call("two");
            thread.join();

            assertThat(one.log()).hasSize(200).containsOnly("one");
            assertThat(two.log()).hasSize(200).containsOnly("two");
        }
    }

    @Test
    void aFloodIsCutAndTheNextCallIsHeardAgain() throws Exception {
        try (var function = stage.function("""
                public String handle(String in) {
                    for (int i = 0; i < Integer.parseInt(in); i++) System.out.println(i);
                    return "";
                }
                """)) {
            function.answer("5000");
            assertThat(function.log()).hasSize(1001).endsWith("999", "(more than 1000 lines: the rest is dropped)");
            assertThat(stage.metrics
                            .counter("fern_function_output_cut_total", "fn", "greenhouse/demo")
                            .sum())
                    .isEqualTo(1);

            function.log().clear();
            function.answer("2");
            assertThat(function.log()).containsExactly("0", "1");
        }
    }

    @Test
    void aLongLineIsCut() throws Exception {
        try (var function = stage.function("""
                public String handle(String in) {
                    System.out.print("x".repeat(1 << 20));
                    System.out.println();
                    System.out.println("y".repeat(4096));
                    System.out.println("\u20ac".repeat(4096));
                    System.out.println("\u20ac".repeat(9999));
                    if (!in.isEmpty()) throw new IllegalStateException("z".repeat(9999));
                    return "";
                }
                """)) {
            function.answer("");

            assertThat(function.log())
                    .containsExactly(
                            "x".repeat(4096) + "... (cut)",
                            "y".repeat(4096),
                            "€".repeat(4096),
                            "€".repeat(4096) + "... (cut)");
            assertThat(function.failure("throw")).hasSizeLessThan(310);
            assertThat(function.log()).allMatch(line -> line.length() < 4110);
        }
    }

    @Test
    void whatIsPrintedWhileLoadingComesWithTheFirstCall() throws Exception {
        try (var function = stage.function("""
                static { System.out.println("static"); }
                public Fn() { System.out.println("constructor"); }
                @FnConfiguration public void configure() { System.out.print("configuration"); }
                public String handle(String in) { System.out.println("call"); return ""; }
                """)) {
            function.answer("");
            function.answer("");

            assertThat(function.log()).containsExactly("static", "constructor", "configuration", "call", "call");
            assertThat(daemonSaw()).isEmpty();
        }
    }

    @Test
    void aHundredThousandIdleLinesAreNotKept() {
        var console = new Console(new LongAdder());
        for (int i = 0; i < 100_000; i++) {
            console.line("idle");
        }

        assertThat(console.takeHeld()).hasSize(Console.MOST_LINES + 1);
    }

    @Test
    void linesBetweenCallsComeWithTheNextCall() throws Exception {
        try (var function = stage.function("""
                static final CountDownLatch CALLED = new CountDownLatch(1);
                static Thread thread;
                public String handle(String in) throws Exception {
                    if (thread == null) {
                        thread = new Thread(() -> { try { CALLED.await(); } catch (Exception e) {
                            System.out.println("between"); } });
                        thread.setName("fn-between");
                        thread.start();
                    } else {
                        thread.join();
                    }
                    return "";
                }
                """)) {
            function.answer("");
            var thread = Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t.getName().equals("fn-between"))
                    .findFirst()
                    .orElseThrow();
            thread.interrupt();
            thread.join();
            assertThat(function.log()).isEmpty();

            function.answer("");
            assertThat(function.log()).isEqualTo(List.of("between"));
        }
    }
}
