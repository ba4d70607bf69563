package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.kit.JavaBundle;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.StackMapTableAttribute;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RewriterTest {
    private static final Class<?> HOOKS = com.fnproject.fn.runtime.FernHooks.class;

    @Test
    void everyMethodThatIsRedirectedHasItsHook() throws Exception {
        for (var owner : Redirects.METHODS.keySet()) {
            var type = Class.forName(owner.replace('/', '.'));
            for (var name : Redirects.METHODS.get(owner)) {
                var methods = Arrays.stream(type.getMethods())
                        .filter(method -> method.getName().equals(name))
                        .toList();
                assertThat(methods).as(name).isNotEmpty();
                for (var method : methods) {
                    var hook = HOOKS.getMethod(name, parameters(method));
                    assertThat(hook.getReturnType()).as(name).isEqualTo(method.getReturnType());
                }
            }
        }
        for (var field : Redirects.FIELDS.values().iterator().next()) {
            assertThat(HOOKS.getMethod(field).getReturnType())
                    .isEqualTo(System.class.getField(field).getType());
        }
    }

    private static Class<?>[] parameters(Method method) {
        var parameters = Stream.of(method.getParameterTypes());
        if (!Modifier.isStatic(method.getModifiers())) {
            parameters = Stream.concat(Stream.of(method.getDeclaringClass()), parameters);
        }
        return parameters.toArray(Class<?>[]::new);
    }

    /// So a class without a longer method needs no trial before it runs.
    @ParameterizedTest
    @ValueSource(
            strings = {"while (n > 9);", "do; while (n > 9);", "try { n++; } catch (Error e) { }", "o = new int[n];"})
    void aMethodOfEightKilobytesHasRoomToGrow(String statement) {
        int times = 100;
        while (longest(method(statement, 2 * times)) <= 8 << 10) {
            times *= 2;
        }
        var original = method(statement, times);
        assertThat(longest(original)).isBetween(2 << 10, 8 << 10);

        assertThat(longest(Rewriter.rewrite("A", original)) / (double) longest(original))
                .isLessThan(65535.0 / (8 << 10));
    }

    private static byte[] method(String statement, int times) {
        var source = "class A { static Object o; static void run(int n) { " + statement.repeat(times) + " } }";
        return JavaBundle.compile(List.of(), source).values().iterator().next();
    }

    private static int longest(byte[] file) {
        return ClassFile.of().parse(file).methods().stream()
                .mapToInt(method ->
                        method.findAttribute(Attributes.code()).orElseThrow().codeLength())
                .max()
                .orElseThrow();
    }

    @Test
    void framesAreCarriedOverThoughCodeHasMoved() {
        var bytes = JavaBundle.compile(List.of(), """
                        class A {
                            static int run(int n, Object[] a) throws Exception {
                                java.util.concurrent.ExecutorService pool = null;
                                for (int i = 0; i < n; i++) {
                                    try {
                                        pool = i % 2 == 0 ? java.util.concurrent.Executors.newFixedThreadPool(i + 1)
                                            : new java.util.concurrent.ForkJoinPool(n > 5 ? n : new java.util.Timer().purge());
                                        Comparable<?> c = i > 3 ? "s" : Integer.valueOf(i);
                                        System.out.println(c);
                                        if (a[i] instanceof String s && s.isEmpty()) throw new Exception(i > 1 ? "a" : "b");
                                    } catch (RuntimeException e) {
                                        e.printStackTrace();
                                    } finally {
                                        if (pool != null) pool.close();
                                    }
                                }
                                return n;
                            }
                        }
                        """).values().iterator().next();

        var rewritten = Rewriter.rewrite("A", bytes);

        assertThat(rewritten).isNotEqualTo(bytes);
        assertThat(ClassFile.of().verify(rewritten)).isEmpty();
        assertThat(frames(rewritten)).isEqualTo(frames(bytes)).isNotEmpty();
    }

    /// The frames in words, without where they stand: that has moved.
    private static List<String> frames(byte[] bytes) {
        var frames = new ArrayList<String>();
        for (var method : ClassFile.of().parse(bytes).methods()) {
            method.findAttribute(Attributes.code())
                    .flatMap(code -> code.findAttribute(Attributes.stackMapTable()))
                    .map(StackMapTableAttribute::entries)
                    .ifPresent(entries -> entries.forEach(frame -> frames.add(method.methodName() + " "
                            + (frame.locals() + " " + frame.stack()).replaceAll("Label\\[.*?bci=\\d+]", "new"))));
        }
        return frames;
    }

    @Test
    void largeLibrariesPassThroughAndStayValid() throws Exception {
        int rewritten = 0;
        for (var artifact : List.of("jackson-databind", "commons-io", "runtime", "typetools")) {
            try (var jar = new JarFile(JavaBundle.fdk(artifact).toFile())) {
                for (var entry : Collections.list(jar.entries())) {
                    if (!entry.getName().endsWith(".class") || entry.getName().startsWith("META-INF")) {
                        continue;
                    }
                    var bytes = jar.getInputStream(entry).readAllBytes();
                    var changed = Rewriter.rewrite(entry.getName(), bytes);
                    if (!Arrays.equals(changed, bytes)) {
                        rewritten++;
                        assertThat(frames(changed)).as(entry.getName()).isEqualTo(frames(bytes));
                    }
                }
            }
        }
        assertThat(rewritten).isGreaterThan(10);
    }

    /// The FDK's jars are not on the daemon's class path, though they are on that of these tests.
    @Test
    void theDaemonsSideNeverNamesTheFdk() throws Exception {
        var folder = Path.of(JavaRuntime.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve("dev/fern/fdk");
        try (var files = Files.list(folder)) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                for (var entry : ClassFile.of().parse(file).constantPool()) {
                    if (entry instanceof Utf8Entry text && text.stringValue().contains("Lcom/fnproject/")) {
                        throw new AssertionError(file + " names " + text.stringValue());
                    }
                    assertThat(entry.toString()).doesNotContain("com/fnproject/fn/api", "com/fasterxml/");
                }
            }
        }
    }
}
