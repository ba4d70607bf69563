package dev.fern.fdk;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.DiscontinuedInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Lets a call be stopped: each entry of a method that calls others, and each jump back passes the gate, which throws
/// once the call is to end.
///
/// Code that catches everything could go on for ever, so handlers that would catch it begin with a check of their own,
/// which no handler covers. That one is patient at first: `finally` and `close()` shall have their turn. The handlers
/// of `synchronized` have none, they only give the lock back. Nothing is inserted that branches, so no frame is needed.
final class Checks implements CodeTransform {
    static final ClassDesc GATE = ClassDesc.of("com.fnproject.fn.runtime.FernGate");

    private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(ConstantDescs.CD_void);
    private static final Set<String> CATCH_ALL = Set.of("java/lang/Throwable", "java/lang/Error");
    /// Whose constructors do nothing.
    private static final Set<String> PLAIN = Set.of("java/lang/Object", "java/lang/Record");
    /// Instructions after which the handler of a `synchronized` block has given the lock back.
    private static final int UNLOCKING = 4;

    private final CodeAttribute code;
    private final Set<Label> passed = new HashSet<>();
    /// Where handlers that catch all start: offset to the label behind the check.
    private final Map<Integer, Label> handlers = new TreeMap<>(Comparator.naturalOrder());
    private final boolean entered;

    Checks(CodeModel model) {
        code = (CodeAttribute) model;
        int flags = model.parent().map(method -> method.flags().flagsMask()).orElse(0);
        // accessors and the like call nothing, so only a loop elsewhere can call them for ever; but a lambda's loop may
        // be
        // the JDK's
        entered = (flags & ClassFile.ACC_BRIDGE) == 0
                && ((flags & ClassFile.ACC_SYNTHETIC) != 0
                        || model.elementStream().anyMatch(Checks::calls));
    }

    private static boolean calls(CodeElement element) {
        return element instanceof InvokeDynamicInstruction
                || element instanceof InvokeInstruction call
                        && !(call.name().equalsString("<init>")
                                && PLAIN.contains(call.owner().asInternalName()));
    }

    @Override
    public void atStart(CodeBuilder builder) {
        var elements = code.elementList();
        for (var caught : code.exceptionHandlers()) {
            if (catchesAll(caught) && !(caught.catchType().isEmpty() && unlocks(elements, caught.handler()))) {
                handlers.computeIfAbsent(code.labelToBci(caught.handler()), _ -> builder.newLabel());
            }
        }
        if (entered) {
            builder.invokestatic(GATE, "check", NOTHING);
        }
    }

    private static boolean catchesAll(ExceptionCatch caught) {
        return caught.catchType()
                .map(type -> CATCH_ALL.contains(type.asInternalName()))
                .orElse(true);
    }

    private static boolean unlocks(List<CodeElement> elements, Label handler) {
        return elements.stream()
                .dropWhile(element -> !(element instanceof LabelTarget target
                        && target.label().equals(handler)))
                .filter(Instruction.class::isInstance)
                .limit(UNLOCKING)
                .anyMatch(element ->
                        element instanceof MonitorInstruction monitor && monitor.opcode() == Opcode.MONITOREXIT);
    }

    @Override
    public void accept(CodeBuilder builder, CodeElement element) {
        switch (element) {
            case ExceptionCatch caught when catchesAll(caught) -> split(builder, caught);
            case LabelTarget target -> {
                passed.add(target.label());
                builder.with(target);
                if (handlers.get(code.labelToBci(target.label())) instanceof Label behind) {
                    handlerStarts(builder, target, behind);
                }
            }
            case DiscontinuedInstruction _ ->
                throw new IllegalArgumentException("it uses the instructions jsr and ret");
            default -> {
                if (jumpsBack(element)) {
                    builder.invokestatic(GATE, "check", NOTHING);
                }
                builder.with(element);
            }
        }
    }

    private void handlerStarts(CodeBuilder builder, LabelTarget target, Label behind) {
        handlers.remove(code.labelToBci(target.label()));
        builder.invokestatic(GATE, "recheck", NOTHING);
        builder.labelBinding(behind);
    }

    /// Leaves the checks of all handlers out of the range.
    private void split(CodeBuilder builder, ExceptionCatch caught) {
        var start = caught.tryStart();
        int from = code.labelToBci(start);
        int to = code.labelToBci(caught.tryEnd());
        for (var handler : handlers.entrySet()) {
            int at = handler.getKey();
            if (at < from || at >= to) {
                continue;
            }
            if (at > from) {
                builder.exceptionCatch(start, labelAt(at), caught.handler(), caught.catchType());
            }
            start = handler.getValue();
            from = at;
        }
        builder.exceptionCatch(start, caught.tryEnd(), caught.handler(), caught.catchType());
    }

    private Label labelAt(int handler) {
        return code.exceptionHandlers().stream()
                .map(ExceptionCatch::handler)
                .filter(label -> code.labelToBci(label) == handler)
                .findFirst()
                .orElseThrow();
    }

    private boolean jumpsBack(CodeElement element) {
        return switch (element) {
            case BranchInstruction branch -> passed.contains(branch.target());
            case TableSwitchInstruction table -> jumpsBack(table.defaultTarget(), table.cases());
            case LookupSwitchInstruction lookup -> jumpsBack(lookup.defaultTarget(), lookup.cases());
            default -> false;
        };
    }

    private boolean jumpsBack(Label standard, List<SwitchCase> cases) {
        return passed.contains(standard) || cases.stream().anyMatch(one -> passed.contains(one.target()));
    }
}
