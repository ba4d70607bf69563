package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What would end or change the process. If a redirection fails, this JVM is gone and the test with it.
class ContainmentTest {
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

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            System.exit(3);                                                             | System.exit(3)
            Runtime.getRuntime().exit(3);                                               | Runtime.exit(3)
            Runtime.getRuntime().halt(3);                                               | Runtime.halt(3)
            java.util.function.IntConsumer f = System::exit; f.accept(3);               | System.exit(3)
            java.util.function.IntConsumer f = Runtime.getRuntime()::halt; f.accept(3); | Runtime.halt(3)
            java.util.function.ObjIntConsumer<Runtime> f = Runtime::exit; f.accept(Runtime.getRuntime(), 3); | Runtime.exit(3)
            java.util.stream.IntStream.of(3).forEach(System::exit);                     | System.exit(3)
            System.class.getMethod("exit", int.class).invoke(null, 3);                  | System.exit(3)
            System.class.getDeclaredMethod("exit", int.class).invoke(null, 3);          | System.exit(3)
            Runtime.class.getMethod("halt", int.class).invoke(Runtime.getRuntime(), 3); | Runtime.halt(3)
            for (var m : System.class.getMethods()) if (m.getName().equals("exit")) m.invoke(null, 3); | System.exit(3)
            for (var m : Runtime.class.getDeclaredMethods()) if (m.getName().equals("halt")) m.invoke(Runtime.getRuntime(), 3); | Runtime.halt(3)
            var l = MethodHandles.lookup(); var t = MethodType.methodType(void.class, int.class); l.findStatic(System.class, "exit", t).invoke(3); | System.exit(3)
            var l = MethodHandles.lookup(); var t = MethodType.methodType(void.class, int.class); l.findVirtual(Runtime.class, "halt", t).invoke(Runtime.getRuntime(), 3); | Runtime.halt(3)
            var l = MethodHandles.publicLookup(); var t = MethodType.methodType(void.class, int.class); l.bind(Runtime.getRuntime(), "exit", t).invoke(3); | Runtime.exit(3)
            MethodHandles.lookup().unreflect(System.class.getMethod("exit", int.class)).invoke(3); | System.exit(3)
            try { System.exit(3); } catch (Throwable t) { }                             | System.exit(3)
            try { System.exit(3); } finally { if (in.length() == 1) return "swallowed"; }                     | System.exit(3)
            """)
    void whatWouldEndTheProcessEndsTheCall(String statement, String named) throws Exception {
        try (var function = stage.function("""
                public String handle(String in) throws Throwable {
                    if (in.isEmpty()) { return "alive"; }
                    %s
                    return "went on";
                }
                """.formatted(statement))) {
            assertThat(function.failure("x")).isEqualTo("function called " + named);
            assertThat(function.answer("")).isEqualTo("alive");
        }
    }

    @Test
    void theLogSaysWhereTheFunctionCalledExit() throws Exception {
        try (var function = stage.function("public String handle(String in) { System.exit(3); return in; }")) {
            function.failure("");

            assertThat(function.log()).hasSizeGreaterThan(1);
            assertThat(function.log().get(1)).isEqualTo("    at demo.Fn.handle(Fn.java:10)");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Runtime.getRuntime().addShutdownHook(new Thread(() -> {}));",
                "Runtime.class.getMethod(\"addShutdownHook\", Thread.class)"
                        + ".invoke(Runtime.getRuntime(), new Thread(() -> {}));",
                "System.setOut(new java.io.PrintStream(new java.io.ByteArrayOutputStream()));",
                "System.setErr(null);",
                "System.setIn(null);",
                "System.setProperties(new Properties());",
                "System.class.getMethod(\"setProperties\", Properties.class).invoke(null, new Properties());"
            })
    void whatWouldChangeTheProcessIsIgnoredAndSaid(String statement) throws Exception {
        var out = System.out;
        var err = System.err;
        try (var function = stage.function(
                "public String handle(String in) throws Throwable { " + statement + " return \"done\"; }")) {
            var routed = System.out;

            assertThat(function.answer("")).isEqualTo("done");
            assertThat(function.log()).singleElement().asString().contains("was ignored");
            assertThat(System.out).isSameAs(routed);
            assertThat(System.getProperty("java.version")).isNotNull();
        }
        stage.close();
        assertThat(System.out).isSameAs(out);
        assertThat(System.err).isSameAs(err);
    }

    @Test
    void aSecurityManagerCannotBeSetAnyway() throws Exception {
        try (var function = stage.function("""
                @SuppressWarnings("removal")
                public String handle(String in) { System.setSecurityManager(new SecurityManager()); return ""; }
                """)) {
            assertThat(function.failure("")).startsWith("java.lang.UnsupportedOperationException");
        }
    }

    @Test
    void ordinaryReflectionIsAsItWas() throws Exception {
        try (var function = stage.function("""
                static class Hidden { String own(String s) { return s + "!"; } }
                public String handle(String in) throws Throwable {
                    // package-private, without setAccessible: works for the caller's own package only
                    var own = Hidden.class.getDeclaredMethod("own", String.class);
                    var length = String.class.getMethod("length");
                    var lookup = java.lang.invoke.MethodHandles.lookup();
                    var type = java.lang.invoke.MethodType.methodType(String.class, String.class);
                    var handle = lookup.findVirtual(Hidden.class, "own", type);
                    return "" + own.invoke(new Hidden(), in) + length.invoke(in) + handle.invoke(new Hidden(), in)
                            + System.class.getMethod("lineSeparator").invoke(null).equals("\\n")
                            + Fn.class.getMethods().length;
                }
                """)) {
            assertThat(function.answer("ab")).startsWith("ab!2ab!true");
        }
    }

    @Test
    void standardInputIsEmpty() throws Exception {
        try (var function =
                stage.function("public String handle() throws Exception { return \"\" + System.in.read(); }")) {
            assertThat(function.answer("")).isEqualTo("-1");
        }
    }

    @Test
    void theEnvironmentIsTheFunctionsByReflectionAndReferenceToo() throws Exception {
        try (var function = stage.function("""
                public String handle() throws Exception {
                    java.util.function.Function<String, String> f = System::getenv;
                    return f.apply("PATH") + System.getenv("PATH") + System.getenv().containsKey("PATH")
                            + System.class.getMethod("getenv", String.class).invoke(null, "PATH") + f.apply("FN_TYPE");
                }
                """)) {
            assertThat(function.answer("")).isEqualTo("nullnullfalsenullsync");
        }
    }

    @Test
    void anExitOnAnotherThreadEndsThatThreadOnly() throws Exception {
        try (var function = stage.function("""
                public String handle(String in) throws Exception {
                    var thread = new Thread(() -> { System.exit(4); System.out.println("went on"); });
                    thread.start();
                    thread.join();
                    return "joined";
                }
                """)) {
            assertThat(function.failure("")).isEqualTo("function called System.exit(4)");
            assertThat(String.join("\n", function.log())).contains("FernExit").doesNotContain("went on");
        }
    }

    @Test
    void aFunctionSeesNothingOfTheDaemon() throws Exception {
        try (var function = stage.function("""
                public String handle(String name) {
                    try {
                        return String.valueOf(Class.forName(name).getClassLoader() == RuntimeContext.class.getClassLoader());
                    } catch (ClassNotFoundException e) {
                        return "none";
                    }
                }
                """)) {
            assertThat(function.answer("dev.fern.Fn")).isEqualTo("none");
            assertThat(function.answer("dev.fern.fdk.JavaRuntime")).isEqualTo("none");
            assertThat(function.answer("io.helidon.json.JsonObject")).isEqualTo("none");
            assertThat(function.answer("org.junit.jupiter.api.Test")).isEqualTo("none");
            assertThat(function.answer("com.fnproject.fn.runtime.FernHooks")).isEqualTo("true");
            assertThat(function.answer("com.fasterxml.jackson.databind.ObjectMapper"))
                    .isEqualTo("true");
        }
    }
}
