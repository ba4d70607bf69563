package dev.fern.fdk;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;

/// Changes a function's classes as they are loaded, so that what would touch the whole process touches the function
/// alone. This is protection against accidents, not against an attacker: that is what processes are for.
///
/// Each change is a transformation of code that leaves the stack as it finds it where a branch can arrive, so the
/// class's own StackMapTables stay right and are carried over; nothing of the function is loaded to compute them.
final class Rewriter {
    /// All that is done to a function's code, in this order. A new one for each method, they may have a state.
    private static final List<Function<CodeModel, CodeTransform>> TRANSFORMS =
            List.of(Checks::new, _ -> new Sizes(), _ -> Redirects.INSTANCE, _ -> new Ownership());

    static {
        // if a JVM's first use of java.lang.constant is ofDescriptor, as the class-file API's is, JDK 25.0.3 fails with
        // ExceptionInInitializerError in PrimitiveClassDescImpl
        MethodTypeDesc.of(ConstantDescs.CD_void);
    }

    /// Bytes of code from which on a method may grow beyond the 64 KB that the JVM allows.
    private static final int LONG_METHOD = 8 << 10;
    /// Constants from which on the few that are added may be more than the 65,535 that a class may have.
    private static final int MANY_CONSTANTS = 65_000;

    private static final ClassFile CLASS_FILE = ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS);
    private static final ClassTransform CHANGES = ClassTransform.transformingMethods(carryingFrames());

    private Rewriter() {}

    /// The class as it is to be defined.
    ///
    /// @throws UnreadableClassError if it is no class file, or is damaged
    static byte[] rewrite(String name, byte[] original) {
        try {
            if (isNewerThanThisJvm(original)) {
                return original; // the JVM says best what it is
            }
            return CLASS_FILE.transformClass(CLASS_FILE.parse(original), CHANGES);
        } catch (RuntimeException e) {
            throw new UnreadableClassError(name, e);
        }
    }

    /// Whether the class can be impossible to rewrite, as far as its first bytes and its size tell.
    static boolean isDoubtful(byte[] head, long size) {
        return size > LONG_METHOD || isOld(head);
    }

    /// Rewrites a doubtful class, if on a closer look it may be impossible.
    ///
    /// @throws UnreadableClassError if it is
    static void tryOut(String name, byte[] original) {
        if (isOld(original) || !isNewerThanThisJvm(original) && isLarge(name, original)) {
            rewrite(name, original);
        }
    }

    /// The class-file API reads no code for that.
    private static boolean isLarge(String name, byte[] original) {
        try {
            var model = CLASS_FILE.parse(original);
            return model.constantPool().size() > MANY_CONSTANTS
                    || model.methods().stream()
                            .anyMatch(method -> method.findAttribute(Attributes.code())
                                    .filter(code -> code.codeLength() > LONG_METHOD)
                                    .isPresent());
        } catch (RuntimeException e) {
            throw new UnreadableClassError(name, e);
        }
    }

    /// Of a time when code could jump into subroutines.
    private static boolean isOld(byte[] file) {
        return file.length > 8 && ByteBuffer.wrap(file).getChar(6) < ClassFile.JAVA_6_VERSION;
    }

    private static boolean isNewerThanThisJvm(byte[] file) {
        var head = ByteBuffer.wrap(file);
        return file.length > 8
                && head.getInt(0) == ClassFile.MAGIC_NUMBER
                && head.getChar(6) > ClassFile.latestMajorVersion();
    }

    private static MethodTransform carryingFrames() {
        return (method, element) -> {
            if (element instanceof CodeModel code) {
                method.transformCode(code, changes(code).andThen(frames(code)));
            } else {
                method.with(element);
            }
        };
    }

    private static CodeTransform changes(CodeModel code) {
        var all = CodeTransform.ACCEPT_ALL;
        for (var transform : TRANSFORMS) {
            all = all.andThen(transform.apply(code));
        }
        return all;
    }

    private static CodeTransform frames(CodeModel code) {
        return CodeTransform.endHandler(
                builder -> code.findAttribute(Attributes.stackMapTable()).ifPresent(builder::with));
    }

    /// A class file that cannot be changed is not loaded.
    static final class UnreadableClassError extends ClassFormatError {
        UnreadableClassError(String name, Exception cause) {
            super("class " + name + " cannot be read: " + cause.getMessage());
        }
    }
}
