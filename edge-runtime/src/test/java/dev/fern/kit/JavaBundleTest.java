package dev.fern.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaBundleTest {
    private static final String HELLO = """
            package demo;

            import com.fnproject.fn.api.FnConfiguration;

            public class Hello {
                @FnConfiguration
                public void configure() {}

                public String handle(String name) { return "Hello, " + name; }
            }
            """;

    @Test
    void packsWhatItCompiledWhereAnImageHasIt(@TempDir Path folder) {
        var bundle = JavaBundle.of(folder, "demo.Hello::handle", HELLO);

        assertThat(folder.resolve("function/app/function.jar")).isNotEmptyFile();
        assertThat(bundle.cmd()).containsExactly("demo.Hello::handle");
        assertThat(bundle.digest()).matches("sha256:[0-9a-f]{64}");
    }

    @Test
    void compilesToLooseClassesToo(@TempDir Path folder) {
        JavaBundle.in(folder).loose().jar("none", HELLO).bundle("demo.Hello::handle");

        assertThat(folder.resolve("function/app/demo/Hello.class")).isNotEmptyFile();
    }

    @Test
    void findsAClassWithoutAPackage() {
        assertThat(JavaBundle.compile(List.of(), "public final class Bare { }")).containsOnlyKeys("Bare.class");
    }
}
