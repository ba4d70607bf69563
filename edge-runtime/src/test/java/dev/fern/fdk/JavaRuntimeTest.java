package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.kit.Examples;
import dev.fern.kit.JavaBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaRuntimeTest {
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

    @Test
    void staticMethodsLooseClassesAndResourcesWork() throws Exception {
        var bundle = JavaBundle.in(stage.folder())
                .loose()
                .jar("none", Stage.source("""
                        public static String handle(String in) throws Exception {
                            try (var s = Fn.class.getResourceAsStream("/word.txt")) {
                                return in + new String(s.readAllBytes());
                            }
                        }
                        """))
                .file("function/app/resources/word.txt", "word".getBytes(StandardCharsets.UTF_8))
                .bundle("demo.Fn::handle");

        try (var function = stage.function(bundle)) {
            assertThat(function.answer("a ")).isEqualTo("a word");
        }
    }

    @Test
    void resourcesAndServicesInJarsAreFound() throws Exception {
        var library = folder.resolve("library.jar");
        var classes = JavaBundle.compile(
                List.of(), "package lib; public class Sun implements Runnable { public void run() {} }");
        classes.put("META-INF/services/java.lang.Runnable", "lib.Sun".getBytes(StandardCharsets.UTF_8));
        classes.put("dir/a b+ä.txt", "found".getBytes(StandardCharsets.UTF_8));
        JavaBundle.pack(library, classes);
        var bundle = JavaBundle.in(stage.folder())
                .library(library)
                .jar("f.jar", Stage.source("""
                public String handle(String in) throws Exception {
                    String found = "";
                    for (Runnable r : ServiceLoader.load(Runnable.class)) found += r.getClass().getName() + " ";
                    var url = Thread.currentThread().getContextClassLoader().getResource("dir/a b+\u00e4.txt");
                    try (var s = url.openStream()) { found += new String(s.readAllBytes()) + " "; }
                    try (var s = new java.net.URL(url, "nothing").openStream()) {
                        found += "?";
                    } catch (java.io.IOException e) { found += "no "; }
                    return found + url.getProtocol() + " "
                            + Fn.class.getProtectionDomain().getCodeSource().getLocation().getPath().endsWith("f.jar");
                }
                """))
                .bundle("demo.Fn::handle");

        try (var function = stage.function(bundle)) {
            assertThat(function.answer("")).isEqualTo("lib.Sun found no jar true");
        }
    }

    @Test
    void whatAFunctionThrowsIsItsFailureAndTheTraceItsLog() throws Exception {
        try (var function = stage.function("""
                public String handle(String in) { return deep(in); }
                private String deep(String in) {
                    throw new IllegalStateException("boom\\nline two", new java.io.IOException("root"));
                }
                """)) {
            assertThat(function.failure("x")).isEqualTo("java.lang.IllegalStateException: boom");
            assertThat(String.join("\n", function.log()))
                    .contains("java.lang.IllegalStateException: boom\nline two")
                    .contains("    at demo.Fn.deep(Fn.java:")
                    .contains("Caused by: java.io.IOException: root")
                    .doesNotContain("com.fnproject");
        }
    }

    @Test
    void aFunctionThatCannotEvenThrowProperlyStillFailsPlainly() throws Exception {
        try (var function = stage.function("""
                static class Bad extends Error {
                    public String getMessage() { throw this; }
                    public String toString() { throw this; }
                    public synchronized Throwable getCause() { throw this; }
                }
                public String handle(String in) { if (in.isEmpty()) throw new Bad(); return handle(in + "x"); }
                """)) {
            assertThat(function.failure("")).isEqualTo("demo.Fn$Bad");
            assertThat(function.failure("endless")).isEqualTo("java.lang.StackOverflowError");
            assertThat(function.log()).hasSizeLessThan(300);
        }
    }

    @Test
    void inputThatDoesNotFitIsAFailureWithTheReason() throws Exception {
        try (var function = stage.function("""
                public static class Reading { public double celsius; }
                public String handle(Reading in) { return "ok"; }
                """)) {
            assertThat(function.failure("nonsense"))
                    .contains("Input Coercion")
                    .contains("demo.Fn$Reading")
                    .contains("Unrecognized token 'nonsense'");
            assertThat(function.answer("{\"celsius\":1}")).isEqualTo("ok");
        }
    }

    @Test
    void anAnswerThatCannotBeWrittenIsAFailureWithTheReason() throws Exception {
        try (var function = stage.function("""
                public static class Loop { public Loop getSelf() { return this; } }
                public Loop handle(String in) { return new Loop(); }
                """)) {
            assertThat(function.failure("")).contains("Output Coercion");
        }
    }

    @Test
    void anAnswerOverTheLimitIsAFailure() throws Exception {
        try (var function = stage.function("""
                public byte[] handle(String in) { return new byte[Integer.parseInt(in)]; }
                """)) {
            assertThat(function.failure("65537")).contains("the answer is larger than 65536 bytes");
            assertThat(function.answer("65536")).hasSize(65536);
        }
    }

    @Test
    void aStatusOfFailureIsAFailure() throws Exception {
        try (var function = stage.function("""
                public OutputEvent handle() { return OutputEvent.emptyResult(OutputEvent.Status.FunctionError); }
                """)) {
            assertThat(function.failure("")).isEqualTo("the function answered with status 502");
        }
    }

    @Test
    void anInterruptEndsAWaitingFunctionAndNothingElse() throws Exception {
        try (var function = stage.function("""
                public String handle(String in) throws Exception {
                    if (in.equals("self")) { Thread.currentThread().interrupt(); return "set"; }
                    Thread.sleep(Long.parseLong(in));
                    return "slept";
                }
                """)) {
            Thread.currentThread().interrupt();

            assertThat(function.failure("60000")).isEqualTo("interrupted");
            assertThat(Thread.interrupted()).isFalse();
            assertThat(function.answer("self")).isEqualTo("set");
            assertThat(function.answer("1")).isEqualTo("slept");
        }
    }

    @Test
    void aTimeoutOfASocketIsNoInterrupt() throws Exception {
        try (var function = stage.function("""
                public String handle(String in) throws Exception { throw new java.net.SocketTimeoutException("slow"); }
                """)) {
            assertThat(function.failure("")).isEqualTo("java.net.SocketTimeoutException: slow");
        }
    }

    @Test
    void theCallersThreadIsLeftAsItWas() throws Exception {
        try (var function = stage.function("""
                public String handle(String in) {
                    Thread t = Thread.currentThread();
                    String seen = "" + (t.getContextClassLoader() == Fn.class.getClassLoader());
                    t.setContextClassLoader(null);
                    t.setName("mine");
                    return seen;
                }
                """)) {
            var thread = Thread.currentThread();
            var loader = thread.getContextClassLoader();
            var name = thread.getName();

            assertThat(function.answer("")).isEqualTo("true");
            assertThat(thread.getContextClassLoader()).isSameAs(loader);
            assertThat(thread.getName()).isEqualTo(name);
        }
    }

    @Test
    void instancesHaveAnObjectEachAndShareStatics() throws Exception {
        try (var one = stage.function("""
                private static int all;
                private int mine;
                public String handle(String in) { return ++mine + " of " + ++all; }
                """)) {
            var other = new Stage.Function(one.program(), one.program().start(), one.log());

            assertThat(one.answer("")).isEqualTo("1 of 1");
            assertThat(other.answer("")).isEqualTo("1 of 2");
            assertThat(one.answer("")).isEqualTo("2 of 3");
        }
    }

    @Test
    void aClosedInstanceFailsPlainly() throws Exception {
        var function = stage.function("public String handle(String in) { return in; }");
        function.close();

        assertThat(function.failure("")).isEqualTo("the function was unloaded");
    }

    @Test
    void twoFunctionsDoNotSeeEachOther() throws Exception {
        var members = "static int count; public String handle() { return \"\" + ++count; }";
        try (var one = stage.function(members);
                var two = stage.function(members)) {
            assertThat(one.answer("") + one.answer("") + two.answer("")).isEqualTo("121");
        }
    }

    @Test
    void anImageIsJavaIfItHasCodeAndNamesAMethod() throws IOException {
        var fn = Examples.fn("a/b");
        var jar = stage.bundle("public void handle() {}");
        var loose = JavaBundle.in(stage.folder())
                .loose()
                .jar("none", Stage.source("public void handle() {}"))
                .bundle("demo.Fn::handle");
        var inEntrypoint = new Bundle(
                "sha256:0", jar.root(), List.of("java", "demo.Fn::handle"), List.of(), Map.of(), "/function");
        var noMethod = new Bundle("sha256:0", jar.root(), List.of("node", "func.js"), List.of(), Map.of(), "/function");
        var onlyTheBase = JavaBundle.in(stage.folder())
                .file("function/runtime/fdk.jar", Files.readAllBytes(JavaBundle.fdk("api")))
                .bundle("demo.Fn::handle");

        assertThat(List.of(jar, loose, inEntrypoint)).allMatch(bundle -> stage.runtime.canRun(fn, bundle));
        assertThat(List.of(noMethod, onlyTheBase)).noneMatch(bundle -> stage.runtime.canRun(fn, bundle));
        assertThat(stage.runtime.name()).isEqualTo("java");
    }

    @Test
    void aFurtherFunctionLoadsAndAnswersQuickly() throws Exception {
        var members = """
                public static class In { public String name; }
                public In handle(In in) { in.name += "!"; return in; }
                """;
        stage.function(members).answer("{\"name\":\"warm\"}");
        var bundles = List.of(stage.bundle(members), stage.bundle(members), stage.bundle(members));
        for (var bundle : bundles) {
            long start = System.nanoTime();
            try (var function = stage.function(bundle)) {
                assertThat(function.answer("{\"name\":\"x\"}")).isEqualTo("{\"name\":\"x!\"}");
                System.out.printf("a further JSON function: %.1f ms%n", (System.nanoTime() - start) / 1e6);
                long warm = System.nanoTime();
                for (int i = 0; i < 2000; i++) {
                    function.answer("{\"name\":\"x\"}");
                }
                System.out.printf("a warm call of it: %.1f us%n", (System.nanoTime() - warm) / 2000e3);
            }
        }
    }
}
