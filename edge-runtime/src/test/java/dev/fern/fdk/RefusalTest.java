package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.kit.Examples;
import dev.fern.kit.JavaBundle;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.DiscontinuedInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What cannot run in the daemon's process says so before it runs.
class RefusalTest {
    private static final String FN = Stage.source("public String handle(String in) { return in; }");

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

    private static Fn isolated(Fn.Isolation isolation) {
        var fn = Examples.fn("a/b");
        return new Fn(
                fn.name(),
                fn.id(),
                fn.appId(),
                fn.image(),
                fn.memoryMb(),
                fn.timeout(),
                fn.idleTimeout(),
                fn.config(),
                isolation,
                1,
                false,
                false,
                fn.triggers(),
                fn.targets(),
                fn.annotations());
    }

    @ParameterizedTest
    @EnumSource(names = {"CONTEXT", "ISOLATE"})
    void anIsolationThatJavaHasNotIsAnErrorOfTheDefinition(Fn.Isolation isolation) {
        var bundle = stage.bundle("public String handle(String in) { return in; }");

        assertThat(stage.runtime.canRun(isolated(isolation), bundle)).isTrue();
        assertThatThrownBy(() -> stage.runtime.load(isolated(isolation), bundle))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("choose shared or process");
    }

    @Test
    void whatWantsAProcessIsLeftToTheRuntimeThatHasOne() {
        var bundle = stage.bundle("public String handle(String in) { return in; }");

        assertThat(stage.runtime.canRun(isolated(Fn.Isolation.PROCESS), bundle)).isFalse();
        assertThat(stage.runtime.canRun(isolated(Fn.Isolation.SHARED), bundle)).isTrue();
    }

    @Test
    void aMethodThatWouldGrowTooLargeIsRefusedThoughItMayNeverBeCalled() {
        var loops = "while (n > 9) n--;\n".repeat(5000);
        var bundle = JavaBundle.of(
                stage.folder(), "demo.Fn::handle", FN, "class Large { static void run(int n) { " + loops + " } }");

        assertThatThrownBy(() -> stage.runtime.load(Examples.fn("a/b"), bundle))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("Large")
                .hasMessageContaining("fern/isolation to process");
    }

    @Test
    void aClassWithoutRoomForMoreConstantsIsRefusedThoughItMayNeverBeUsed() throws Exception {
        var nothing = MethodTypeDesc.of(ConstantDescs.CD_void);
        var full = ClassFile.of().build(ClassDesc.of("Full"), type -> {
            for (int i = 0; type.constantPool().size() < 65_529; i++) {
                type.constantPool().utf8Entry("constant " + i);
            }
            type.withMethodBody("run", nothing, ClassFile.ACC_STATIC, code -> {
                var start = code.newBoundLabel();
                code.goto_(start);
            });
        });
        var bundle = JavaBundle.in(stage.folder())
                .file("function/app/Full.class", full)
                .jar("f.jar", FN)
                .bundle("demo.Fn::handle");

        assertThatThrownBy(() -> stage.runtime.load(Examples.fn("a/b"), bundle))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("Full")
                .hasMessageContaining("fern/isolation to process");
    }

    @Test
    void anOldClassWithSubroutinesIsRefusedAndOneWithoutRuns() throws Exception {
        var bundle = JavaBundle.in(stage.folder())
                .file("function/app/Old.class", old(false))
                .jar("f.jar", FN)
                .bundle("demo.Fn::handle");
        try (var function = stage.function(bundle)) {
            assertThat(function.answer("x")).isEqualTo("x");
        }

        var refused = JavaBundle.in(stage.folder())
                .file("function/app/Old.class", old(true))
                .jar("f.jar", FN)
                .bundle("demo.Fn::handle");
        assertThatThrownBy(() -> stage.runtime.load(Examples.fn("a/b"), refused))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("jsr")
                .hasMessageContaining("fern/isolation to process");
    }

    /// A class of Java 1.4.
    private static byte[] old(boolean subroutine) {
        var nothing = MethodTypeDesc.of(ConstantDescs.CD_void);
        return ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS)
                .build(
                        ClassDesc.of("Old"),
                        type -> type.withVersion(48, 0).withMethodBody("run", nothing, ClassFile.ACC_STATIC, code -> {
                            if (subroutine) {
                                var there = code.newLabel();
                                code.with(DiscontinuedInstruction.JsrInstruction.of(there))
                                        .return_()
                                        .labelBinding(there)
                                        .astore(0)
                                        .with(DiscontinuedInstruction.RetInstruction.of(0));
                            } else {
                                code.return_();
                            }
                        }));
    }
}
