package dev.fern.fdk;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/// Executors and timers a function makes are handed to `FernHooks.own` too, so that they end with it: their
/// idle threads ignore an interrupt and would keep the function's classes for ever. Threads are shown to
/// `FernHooks.starting` first, which counts them.
final class Ownership implements CodeTransform {
    private static final String FACTORY = "java/util/concurrent/Executors";
    private static final Set<String> MADE = Set.of(
            "java/util/Timer",
            "java/util/concurrent/ThreadPoolExecutor",
            "java/util/concurrent/ScheduledThreadPoolExecutor",
            "java/util/concurrent/ForkJoinPool");
    private static final MethodTypeDesc OWN = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object);

    /// `new` of those classes whose constructor is yet to come: whether a second reference to the object stays.
    private final Deque<Boolean> pending = new ArrayDeque<>();

    private boolean justMade;

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
        if (element instanceof InvokeInstruction call && isStart(call)) {
            code.dup().invokestatic(Redirects.HOOKS, "starting", OWN);
        }
        code.with(element);
        switch (element) {
            case NewObjectInstruction made
            when MADE.contains(made.className().asInternalName()) -> {
                pending.push(false);
                justMade = true;
                return;
            }
            case StackInstruction copy
            when justMade && copy.opcode() == Opcode.DUP -> {
                pending.pop();
                pending.push(true);
            }
            case InvokeInstruction call
            when isConstructor(call) -> {
                if (pending.isEmpty()) {
                    code.aload(0); // a subclass calls its super constructor: the object is `this`
                    own(code).pop();
                } else if (pending.pop()) {
                    own(code);
                }
            }
            case InvokeInstruction call when isFactory(call) -> own(code);
            default -> {}
        }
        justMade = false;
    }

    /// Of a thread, as far as one can see: its class may be the function's.
    private static boolean isStart(InvokeInstruction call) {
        return call.opcode() == Opcode.INVOKEVIRTUAL
                && call.name().equalsString("start")
                && call.type().equalsString("()V");
    }

    private static boolean isConstructor(InvokeInstruction call) {
        return call.opcode() == Opcode.INVOKESPECIAL
                && call.name().equalsString("<init>")
                && MADE.contains(call.owner().asInternalName());
    }

    private static boolean isFactory(InvokeInstruction call) {
        return call.opcode() == Opcode.INVOKESTATIC
                && call.owner().asInternalName().equals(FACTORY)
                && call.name().stringValue().startsWith("new");
    }

    /// Hands over what is on the stack and leaves it there.
    private static CodeBuilder own(CodeBuilder code) {
        return code.dup().invokestatic(Redirects.HOOKS, "own", OWN);
    }
}
