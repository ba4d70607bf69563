package dev.fern.polyglot;

import java.io.IOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Changes classes of GraalJS as they are loaded, where it has no option and no wrapper helps: they are defined here
/// before it uses them, and are what is in its jars but for this:
///
/// - Those that make BigInts call [BigIntLimit] instead of [java.math.BigInteger].
/// - Each call of a function asks [Doomed] first.
final class EngineCode {
    private static final String JS = "com.oracle.truffle.js.runtime.";
    private static final String PARSER = "com.oracle.js.parser.";
    private static final String TRUFFLE = "com.oracle.truffle.api.impl.";
    private static final String TARGET = "DefaultCallTarget";
    /// A field that only a changed class has.
    private static final String MARK = "fernLimit";

    private static final Set<String> GROWING = Set.of("multiply", "pow", "shiftLeft", "shiftRight");
    private static final ClassDesc LIMIT = ClassDesc.of("dev.fern.polyglot.BigIntLimit");
    private static final ClassDesc DOOMED = ClassDesc.of("dev.fern.polyglot.Doomed");
    private static final ClassDesc NUMBER = ClassDesc.of("java.math.BigInteger");

    private EngineCode() {}

    /// Holds from here on, in this JVM. Does nothing when called again.
    ///
    /// @throws IllegalStateException if GraalJS has used its own classes before, or it is another version
    static void change() {
        Changed.check();
    }

    /// The class initialiser runs once.
    private static final class Changed {
        private static final MethodHandle TOO_LARGE;

        static {
            // the same trap of JDK 25.0.3 as in fdk.Rewriter
            MethodTypeDesc.of(ConstantDescs.CD_void);
            try {
                var lookup = define(JS, "BigInt", "JSContextOptions");
                define(PARSER, "Lexer", "JSErrorType");
                define(TRUFFLE, TARGET, "DefaultAssumption");
                TOO_LARGE = lookup.findStatic(
                        Class.forName(JS + "Errors"),
                        "createRangeErrorBigIntMaxSizeExceeded",
                        MethodType.methodType(Class.forName(JS + "JSException")));
            } catch (ReflectiveOperationException | IOException | LinkageError e) {
                throw otherGraal(e);
            }
        }

        /// Defines a class with the rights of its neighbour.
        private static MethodHandles.Lookup define(String prefix, String name, String neighbour)
                throws ReflectiveOperationException, IOException {
            var lookup = MethodHandles.privateLookupIn(Class.forName(prefix + neighbour), MethodHandles.lookup());
            try {
                lookup.defineClass(changed(prefix + name));
            } catch (LinkageError e) {
                // it is there already, perhaps as one of ours from an archive of classes: see check
            }
            return lookup;
        }

        static void check() {
            for (var name : List.of(JS + "BigInt", PARSER + "Lexer", TRUFFLE + TARGET)) {
                try {
                    var fields = Class.forName(name).getDeclaredFields();
                    if (Stream.of(fields).noneMatch(field -> field.getName().equals(MARK))) {
                        throw otherGraal(new IllegalStateException(name + " was there before"));
                    }
                } catch (ClassNotFoundException e) {
                    throw otherGraal(e);
                }
            }
        }
    }

    private static IllegalStateException otherGraal(Throwable cause) {
        return new IllegalStateException("this is not the GraalJS that Fern was made for", cause);
    }

    /// What V8 throws, too. An exception of GraalJS, in whose context it must be made.
    static RuntimeException bigIntTooLarge() {
        try {
            return (RuntimeException) Changed.TOO_LARGE.invoke();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] changed(String name) throws IOException {
        try (var original = EngineCode.class.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
            if (original == null) {
                throw new IOException("no class " + name);
            }
            var file = ClassFile.of();
            return file.transformClass(file.parse(original.readAllBytes()), new Changes());
        }
    }

    private static final class Changes implements ClassTransform {
        @Override
        public void accept(ClassBuilder type, ClassElement element) {
            if (element instanceof MethodModel method && changes(method) instanceof CodeTransform changes) {
                type.transformMethod(method, MethodTransform.transformingCode(changes));
            } else {
                type.with(element);
            }
        }

        @Override
        public void atEnd(ClassBuilder type) {
            type.withField(MARK, ConstantDescs.CD_int, ClassFile.ACC_STATIC);
        }

        private static @Nullable CodeTransform changes(MethodModel method) {
            if (method.methodName().equalsString("<init>")
                    && method.methodType().equalsString("(Ljava/math/BigInteger;Z)V")) {
                return new First(code ->
                        code.aload(1).invokestatic(LIMIT, "made", MethodTypeDesc.of(ConstantDescs.CD_void, NUMBER)));
            }
            if (method.methodName().equalsString("call") && method.code().isPresent()) {
                return new First(code -> code.invokestatic(DOOMED, "check", MethodTypeDesc.of(ConstantDescs.CD_void)));
            }
            boolean touched = method.code().stream()
                    .flatMap(code -> code.elementStream())
                    .anyMatch(one -> one instanceof InvokeInstruction call
                            && call.owner().asSymbol().equals(NUMBER));
            return touched ? Changes::redirect : null;
        }

        private static void redirect(CodeBuilder code, CodeElement element) {
            if (element instanceof InvokeInstruction call
                    && call.owner().asSymbol().equals(NUMBER)) {
                var name = call.name().stringValue();
                var type = call.typeSymbol();
                if (GROWING.contains(name)) {
                    code.invokestatic(LIMIT, name, type.insertParameterTypes(0, NUMBER));
                    return;
                }
                if (name.equals("<init>") && type.parameterType(0).equals(ConstantDescs.CD_String)) {
                    (type.parameterCount() == 1 ? code.dup() : code.dup2()).invokestatic(LIMIT, "read", type);
                }
            }
            code.with(element);
        }
    }

    /// Does something before the rest of a method.
    private record First(Consumer<CodeBuilder> what) implements CodeTransform {
        @Override
        public void atStart(CodeBuilder code) {
            what.accept(code);
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            code.with(element);
        }
    }
}
