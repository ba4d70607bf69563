package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.kit.JavaBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.jar.JarFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Functions share the FDK's Jackson unless they bring their own, which then is the FDK's too.
class JacksonTest {
    private static final String ANNOTATED = """
            package demo;
            import com.fasterxml.jackson.annotation.*;
            import com.fasterxml.jackson.databind.*;
            import com.fnproject.fn.api.*;
            import java.util.*;
            public class Fn {
                public static class Reading {
                    @JsonProperty("temp") public double celsius;
                    @JsonIgnore public String secret = "s";
                    public Optional<String> none() { return null; }
                }
                private static boolean shared() {
                    return ObjectMapper.class.getClassLoader() == RuntimeContext.class.getClassLoader();
                }
                public Map<String, Object> handle(InvocationContext ctx, List<Reading> in) throws Exception {
                    ctx.addResponseHeader("X-Size", "" + in.size());
                    var own = new ObjectMapper().readValue("{\\"temp\\":2.5}", Reading.class);
                    return new TreeMap<>(Map.of("celsius", in.get(0).celsius, "back", in.get(0), "own", own.celsius,
                            "shared", shared()));
                }
            }
            """;

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

    /// With its own Jackson, all three jars, as Maven copies them beside the function.
    private JavaBundle bringing() {
        return JavaBundle.in(stage.folder())
                .library(JavaBundle.fdk("jackson-annotations"))
                .library(JavaBundle.fdk("jackson-core"))
                .library(JavaBundle.fdk("jackson-databind"));
    }

    @Test
    void aFunctionThatBringsJacksonUsesItsOwnAndSoDoesTheFdk() throws Exception {
        var bundle = bringing().jar("f.jar", ANNOTATED).bundle("demo.Fn::handle");

        try (var function = stage.function(bundle)) {
            assertThat(function.answer("[{\"temp\":1.5}]"))
                    .isEqualTo("{\"back\":{\"temp\":1.5},\"celsius\":1.5,\"own\":2.5,\"shared\":false}");
            assertThat(function.failure("[{\"celsius\":1.5}]")).contains("Unrecognized field \"celsius\"");
            assertThat(function.failure("[")).contains("Unexpected end-of-input");
        }
    }

    @Test
    void aFunctionThatBringsNoneUsesTheSharedOne() throws Exception {
        var jar = folder.resolve("compiled/f.jar");
        JavaBundle.pack(
                jar,
                JavaBundle.compile(
                        List.of(
                                JavaBundle.fdk("api"),
                                JavaBundle.fdk("jackson-annotations"),
                                JavaBundle.fdk("jackson-core"),
                                JavaBundle.fdk("jackson-databind")),
                        ANNOTATED));
        var bundle = JavaBundle.in(stage.folder()).library(jar).bundle("demo.Fn::handle");

        try (var function = stage.function(bundle)) {
            assertThat(function.answer("[{\"temp\":1.5}]"))
                    .isEqualTo("{\"back\":{\"temp\":1.5},\"celsius\":1.5,\"own\":2.5,\"shared\":true}");
        }
    }

    @Test
    void annotationsAloneAreTheSharedOnesSoThatTheyCount() throws Exception {
        var bundle = JavaBundle.in(stage.folder())
                .library(JavaBundle.fdk("jackson-annotations"))
                .jar("f.jar", """
                        package demo;
                        import com.fasterxml.jackson.annotation.JsonProperty;
                        public class Fn {
                            public static class Reading { @JsonProperty("temp") public double celsius; }
                            public Reading handle(Reading in) { in.celsius++; return in; }
                        }
                        """)
                .bundle("demo.Fn::handle");

        try (var function = stage.function(bundle)) {
            assertThat(function.answer("{\"temp\":1}")).isEqualTo("{\"temp\":2.0}");
        }
    }

    @Test
    void otherKindsOfInputAndOutputAreAsEverWithAnOwnJackson() throws Exception {
        try (var text = stage.function(own("public String handle(String in) { return in + \"!\"; }"));
                var bytes = stage.function(own("public byte[] handle(byte[] in) { return in; }"));
                var none = stage.function(own("public void handle(InputEvent in) { }"));
                var event = stage.function(own("""
                        public OutputEvent handle(HTTPGatewayContext http, RuntimeContext ctx, InputEvent in) {
                            return OutputEvent.fromBytes(http.getMethod().getBytes(), OutputEvent.Status.Success, "a/b");
                        }
                        """))) {
            assertThat(text.answer("{}")).isEqualTo("{}!");
            assertThat(bytes.answer("{}")).isEqualTo("{}");
            assertThat(none.answer("{}")).isEmpty();
            assertThat(event.answer("{}")).isEmpty();
        }
    }

    private Bundle own(String members) {
        return bringing().jar("f.jar", Stage.source(members)).bundle("demo.Fn::handle");
    }

    @Test
    void theMapperThatAFunctionSetsForTheFdkIsUsedBothWays() throws Exception {
        var source = """
                package demo;
                import com.fasterxml.jackson.databind.*;
                import com.fnproject.fn.api.*;
                public class Fn {
                    public static class In { public String someName; }
                    @FnConfiguration public void configure(RuntimeContext ctx) {
                        ctx.setAttribute("com.fnproject.fn.runtime.coercion.jackson.JacksonCoercion.om",
                            new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE));
                    }
                    public In handle(In in) { return in; }
                }
                """;
        var own = bringing().jar("f.jar", source).bundle("demo.Fn::handle");
        var shared = bringing().jar("f.jar", source).bundle("demo.Fn::handle");
        for (var artifact : List.of("jackson-annotations", "jackson-core", "jackson-databind")) {
            Files.delete(shared.root()
                    .resolve("function/app/" + JavaBundle.fdk(artifact).getFileName()));
        }

        for (var bundle : List.of(own, shared)) {
            try (var function = stage.function(bundle)) {
                assertThat(function.answer("{\"some_name\":\"x\"}")).isEqualTo("{\"some_name\":\"x\"}");
            }
        }
    }

    @Test
    void anotherVersionThanTheFdksWorks() throws Exception {
        var databind = folder.resolve("jackson-databind-0.0.1.jar");
        pretend(JavaBundle.fdk("jackson-databind"), databind);
        var bundle = JavaBundle.in(stage.folder())
                .library(databind)
                .library(JavaBundle.fdk("jackson-annotations"))
                .library(JavaBundle.fdk("jackson-core"))
                .jar("f.jar", """
                        package demo;
                        import com.fasterxml.jackson.databind.*;
                        public class Fn {
                            public record Out(String version) {}
                            public Out handle(Object in) throws Exception {
                                try (var s = ObjectMapper.class.getResourceAsStream("/version.txt")) {
                                    return new Out(new String(s.readAllBytes()));
                                }
                            }
                        }
                        """)
                .bundle("demo.Fn::handle");

        try (var function = stage.function(bundle)) {
            assertThat(function.answer("{}")).isEqualTo("{\"version\":\"0.0.1\"}");
        }
    }

    private static void pretend(Path from, Path to) throws IOException {
        var entries = new TreeMap<String, byte[]>();
        try (var jar = new JarFile(from.toFile())) {
            for (var entry : Collections.list(jar.entries())) {
                if (entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF")) {
                    entries.put(entry.getName(), jar.getInputStream(entry).readAllBytes());
                }
            }
        }
        entries.put("version.txt", "0.0.1".getBytes(StandardCharsets.UTF_8));
        JavaBundle.pack(to, entries);
    }

    @Test
    void otherLibrariesThanTheFdksVersionsAreTheFunctionsOwn() throws Exception {
        var library = folder.resolve("commons-io-9.jar");
        JavaBundle.pack(
                library,
                JavaBundle.compile(
                        List.of(),
                        "package org.apache.commons.io; public class IOUtils { public static String nine() { return \"9\"; } }"));
        var bundle = JavaBundle.in(stage.folder())
                .library(library)
                .library(JavaBundle.fdk("api"))
                .jar(
                        "f.jar",
                        Stage.source(
                                "public String handle(String in) { return org.apache.commons.io.IOUtils.nine() + in; }"))
                .bundle("demo.Fn::handle");

        try (var function = stage.function(bundle)) {
            assertThat(function.answer("!")).isEqualTo("9!");
        }
    }
}
