package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fern.Bundle;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Problem;
import dev.fern.kit.Examples;
import dev.fern.kit.JavaBundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is wrong with an image is said in a sentence, with what to do.
class LoadProblemsTest {
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

    private Problem problem(Bundle bundle) {
        var thrown = catchThrowableOfType(InvalidDefinitionException.class, () -> stage.function(bundle));
        assertThat(thrown).isNotNull();
        assertThat(thrown.getCause()).isNull();
        return thrown.problem();
    }

    private Problem problem(String cmd, String source) {
        return problem(JavaBundle.of(stage.folder(), cmd, source));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            demo.None::handle   | class demo.None is not in the image               | correct cmd in func.yaml, or the jar, and deploy again
            demo.Many::nothing  | class demo.Many has no method nothing             | correct cmd in func.yaml; its public methods are: handle
            demo.Many::handle   | class demo.Many has 2 public methods named handle | give the one that handles events a name of its own and write it into cmd in func.yaml
            demo.Many::hidden   | method demo.Many::hidden is not public            | make it public
            demo.Many$Own::go   | class demo.Many$Own is not public                 | make it public
            demo.Many$Base::go  | demo.Many$Base::go cannot be called because demo.Many$Base is abstract | name a class that can be made in cmd in func.yaml
            """)
    void aHandlerThatCannotBe(String cmd, String why, String whatToDo) {
        assertThat(problem(cmd, """
                        package demo;
                        public class Many {
                            public void handle(String in) {}
                            public void handle(int in) {}
                            void hidden() {}
                            static class Own { public void go() {} }
                            public abstract static class Base { public void go() {} }
                        }
                        """)).isEqualTo(new Problem(why, whatToDo));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            static { if (true) throw new IllegalStateException("no luck"); }  | demo.Fn::handle cannot be loaded: a static initialiser failed: java.lang.IllegalStateException: no luck
            static { System.exit(7); }                                        | demo.Fn::handle cannot be loaded: function called System.exit(7)
            static { try { System.exit(7); } catch (Throwable t) { } }        | demo.Fn::handle cannot be loaded: function called System.exit(7)
            public Fn() { throw new IllegalStateException("no luck"); }       | demo.Fn cannot be started: An error occurred in the function constructor while instantiating class demo.Fn: java.lang.IllegalStateException: no luck
            private Fn() { }                                                  | demo.Fn cannot be started: The function class demo.Fn cannot be instantiated as it has no public constructors.
            public Fn(String s) { }                                           | demo.Fn cannot be started: The function class demo.Fn cannot be instantiated as its constructor takes an unrecognized argument
            public Fn() { } public Fn(RuntimeContext c) { }                   | demo.Fn cannot be started: The function class demo.Fn cannot be instantiated as it has multiple public constructors.
            @FnConfiguration public void set() { throw new IllegalArgumentException("LIMIT is missing"); } | demo.Fn cannot be started: Error invoking configuration method: set: java.lang.IllegalArgumentException: LIMIT is missing
            @FnConfiguration public int set() { return 1; }                   | demo.Fn cannot be started: Configuration method 'set' does not have a void return type
            @FnConfiguration public void set() { System.exit(1); }            | demo.Fn cannot be started: function called System.exit(1)
            """)
    void codeThatFailsWhileItIsLoadedOrStarted(String member, String why) {
        var problem = problem("demo.Fn::handle", Stage.source(member + "\npublic void handle(String in) { }"));

        assertThat(problem.why()).startsWith(why);
        assertThat(problem.whatToDo()).isEqualTo("correct the function or its configuration and deploy it again");
    }

    @Test
    void aFeatureThatFails() {
        assertThat(problem("demo.Fn::handle", """
                        package demo;
                        import com.fnproject.fn.api.*;
                        @FnFeature(Fn.Bad.class)
                        public class Fn {
                            public static class Bad implements RuntimeFeature {
                                public void initialize(RuntimeContext ctx) { throw new IllegalStateException("no luck"); }
                            }
                            public void handle() {}
                        }
                        """).why())
                .startsWith("demo.Fn cannot be started: Could not initialize feature")
                .endsWith("java.lang.IllegalStateException: no luck");
    }

    @Test
    void aLibraryThatIsMissing() throws Exception {
        var bundle = JavaBundle.in(stage.folder())
                .jar("lib.jar", "package lib; public class Base { public void handle() {} }")
                .jar(
                        "f.jar",
                        "package demo; public class Fn extends lib.Base { public String handle(String in) { return in; } }")
                .bundle("demo.Fn::handle");
        Files.delete(bundle.root().resolve("function/app/lib.jar"));

        assertThat(problem(bundle))
                .isEqualTo(new Problem(
                        "demo.Fn::handle cannot be loaded: class lib.Base is not in the image",
                        "add the library that has it to the function's pom.xml and deploy it again"));
    }

    @Test
    void aLibraryThatIsMissedOnlyWhenCalled() throws Exception {
        var bundle = JavaBundle.in(stage.folder())
                .jar("lib.jar", "package lib; public class Sum { public static int of() { return 1; } }")
                .jar(
                        "f.jar",
                        "package demo; public class Fn { public String handle() { return \"\" + lib.Sum.of(); } }")
                .bundle("demo.Fn::handle");
        Files.delete(bundle.root().resolve("function/app/lib.jar"));

        try (var function = stage.function(bundle)) {
            assertThat(function.failure("")).isEqualTo("class lib.Sum is not in the image");
        }
    }

    @Test
    void aBrokenJar() {
        var bundle = JavaBundle.in(stage.folder())
                .file("function/app/broken.jar", "no zip".getBytes(StandardCharsets.UTF_8))
                .bundle("demo.Fn::handle");

        assertThat(problem(bundle).why()).startsWith("the jar function/app/broken.jar cannot be read: ");
        assertThat(problem(bundle).whatToDo()).isEqualTo("build the image again and deploy it");
    }

    @Test
    void aClassFileThatIsNone() {
        var bundle = JavaBundle.in(stage.folder())
                .file("function/app/demo/Fn.class", "no class file".getBytes(StandardCharsets.UTF_8))
                .bundle("demo.Fn::handle");

        assertThat(problem(bundle).why()).startsWith("demo.Fn::handle cannot be loaded: class demo.Fn cannot be read");
        assertThat(problem(bundle).whatToDo()).isEqualTo("build the image again and deploy it");
    }

    @Test
    void aDamagedClassFileAtEveryByte() {
        var whole = JavaBundle.compile(
                        List.of(JavaBundle.fdk("api")),
                        Stage.source("public String handle(String in) { System.exit(1); return in; }"))
                .values()
                .iterator()
                .next();
        int refused = 0;
        for (int length = 0; length < whole.length; length += 7) {
            var bundle = JavaBundle.in(folder.resolve("damaged"))
                    .file("function/app/demo/Fn.class", Arrays.copyOf(whole, length))
                    .bundle("demo.Fn::handle");
            assertThat(problem(bundle).why()).startsWith("demo.Fn::handle cannot be loaded: ");
            refused++;
        }
        assertThat(refused).isGreaterThan(50);
    }

    @Test
    void aClassForANewerJava() {
        var classes = JavaBundle.compile(List.of(), "package demo; public class Fn { public void handle() {} }");
        var bytes = classes.values().iterator().next();
        bytes[7] = 99;
        var bundle = JavaBundle.in(stage.folder())
                .file("function/app/demo/Fn.class", bytes)
                .bundle("demo.Fn::handle");

        assertThat(problem(bundle).why()).contains("class file version 99");
        assertThat(problem(bundle).whatToDo()).isEqualTo("build it for Java 25 or older and deploy it again");
    }

    @Test
    void anImageWithoutAHandler() {
        var bundle = new Bundle("sha256:0", folder, List.of(), List.of("func.js"), Map.of(), "/function");

        assertThat(problem(bundle).why()).isEqualTo("the image of greenhouse/demo names no Class::method");
    }

    @Test
    void aFolderWithoutTheFdk() throws Exception {
        var bundle = stage.bundle("public void handle() {}");
        try (var runtime = new JavaRuntime(folder.resolve("bundle-1"), 1000, new Metrics())) {
            var thrown = catchThrowableOfType(
                    InvalidDefinitionException.class, () -> runtime.load(Examples.fn("a/b"), bundle));

            assertThat(thrown.problem().why()).startsWith("the Fn FDK cannot be loaded: ");
            assertThat(thrown.problem().whatToDo()).isEqualTo("install Fern again");
        }
    }

    @Test
    void aLoadThatFailedCanBeFollowedByOneThatWorks() throws Exception {
        problem("demo.Fn::none", Stage.source("public void handle() {}"));

        try (var function = stage.function("public String handle(String in) { return in; }")) {
            assertThat(function.answer("x")).isEqualTo("x");
        }
    }
}
