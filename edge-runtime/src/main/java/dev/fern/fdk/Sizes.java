package dev.fern.fdk;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Large arrays are asked for: those that the code makes itself, and those that the JDK makes because the
/// code names a size.
final class Sizes implements CodeTransform {
    private static final int REFERENCE = 4;
    /// A constant size up to so many bytes is not counted.
    private static final int SMALL = 1 << 10;

    private static final MethodTypeDesc ROOM =
            MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int);
    private static final MethodTypeDesc GRID =
            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long, ConstantDescs.CD_int);
    private static final MethodTypeDesc REPEAT =
            MethodTypeDesc.of(ConstantDescs.CD_String, ConstantDescs.CD_String, ConstantDescs.CD_int);

    /// Classes whose constructor takes nothing but a size, and the bytes of one element.
    private static final Map<String, Integer> MADE = Map.ofEntries(
            Map.entry("java/lang/StringBuilder", 2),
            Map.entry("java/lang/StringBuffer", 2),
            Map.entry("java/io/StringWriter", 2),
            Map.entry("java/io/CharArrayWriter", 2),
            Map.entry("java/io/ByteArrayOutputStream", 1),
            Map.entry("java/util/ArrayList", REFERENCE),
            Map.entry("java/util/Vector", REFERENCE),
            Map.entry("java/util/ArrayDeque", REFERENCE),
            Map.entry("java/util/PriorityQueue", REFERENCE),
            Map.entry("java/util/concurrent/ArrayBlockingQueue", REFERENCE),
            Map.entry("java/util/concurrent/atomic/AtomicIntegerArray", 4),
            Map.entry("java/util/concurrent/atomic/AtomicLongArray", 8),
            Map.entry("java/util/concurrent/atomic/AtomicReferenceArray", REFERENCE));

    /// Methods whose last parameter is a size, and the bytes of one element.
    private static final Map<String, Integer> CALLED = Map.ofEntries(
            Map.entry("java/nio/ByteBuffer.allocate", 1),
            Map.entry("java/nio/ByteBuffer.allocateDirect", 1),
            Map.entry("java/nio/CharBuffer.allocate", 2),
            Map.entry("java/nio/ShortBuffer.allocate", 2),
            Map.entry("java/nio/IntBuffer.allocate", 4),
            Map.entry("java/nio/FloatBuffer.allocate", 4),
            Map.entry("java/nio/LongBuffer.allocate", 8),
            Map.entry("java/nio/DoubleBuffer.allocate", 8),
            Map.entry("java/lang/StringBuilder.ensureCapacity", 2),
            Map.entry("java/lang/StringBuilder.setLength", 2),
            Map.entry("java/util/ArrayList.ensureCapacity", REFERENCE),
            Map.entry("java/util/Arrays.copyOf", 0));

    private int constant = Integer.MAX_VALUE;

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
        switch (element) {
            case NewPrimitiveArrayInstruction array -> ask(code, bytes(array.typeKind()));
            case NewReferenceArrayInstruction _ -> ask(code, REFERENCE);
            case NewMultiArrayInstruction array -> grid(code, array);
            case InvokeInstruction call
            when isRepeat(call) -> {
                code.invokestatic(Checks.GATE, "repeat", REPEAT);
                constant = Integer.MAX_VALUE;
                return;
            }
            case InvokeInstruction call when bytes(call) instanceof Integer bytes -> ask(code, bytes);
            default -> {}
        }
        code.with(element);
        if (element instanceof ConstantInstruction pushed && pushed.typeKind() == TypeKind.INT) {
            constant = (Integer) pushed.constantValue();
        } else if (!(element instanceof LineNumber)) {
            constant = Integer.MAX_VALUE;
        }
    }

    private void ask(CodeBuilder code, int bytes) {
        if ((long) constant * bytes > SMALL) {
            code.loadConstant(bytes).invokestatic(Checks.GATE, "room", ROOM);
        }
    }

    /// The sizes of the dimensions are on the stack: they are put aside to be multiplied, and back.
    private static void grid(CodeBuilder code, NewMultiArrayInstruction array) {
        var sizes = new int[array.dimensions()];
        for (int i = sizes.length - 1; i >= 0; i--) {
            sizes[i] = code.allocateLocal(TypeKind.INT);
            code.istore(sizes[i]);
        }
        code.lconst_1();
        for (int size : sizes) {
            code.iload(size).i2l().lmul();
        }
        var element = array.arrayType().asSymbol();
        for (int i = 0; i < sizes.length; i++) {
            element = element.componentType();
        }
        code.loadConstant(bytes(TypeKind.from(element))).invokestatic(Checks.GATE, "grid", GRID);
        for (int size : sizes) {
            code.iload(size);
        }
    }

    private static boolean isRepeat(InvokeInstruction call) {
        return call.owner().asInternalName().equals("java/lang/String")
                && call.name().equalsString("repeat");
    }

    private static @Nullable Integer bytes(InvokeInstruction call) {
        var type = call.type().stringValue();
        var owner = call.owner().asInternalName();
        if (call.name().equalsString("<init>")) {
            return type.equals("(I)V") ? MADE.get(owner) : null;
        }
        var bytes = CALLED.get(owner + "." + call.name().stringValue());
        int size = type.indexOf("I)");
        if (bytes == null || size < 0) {
            return null;
        }
        // Arrays.copyOf([JI)[J: what is copied says how large an element is
        return bytes > 0 ? bytes : bytes(TypeKind.from(ClassDesc.ofDescriptor(type.substring(2, size))));
    }

    private static int bytes(TypeKind kind) {
        return switch (kind) {
            case BOOLEAN, BYTE -> 1;
            case CHAR, SHORT -> 2;
            case LONG, DOUBLE -> 8;
            default -> REFERENCE;
        };
    }
}
