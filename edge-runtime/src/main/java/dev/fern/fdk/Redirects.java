package dev.fern.fdk;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Calls of these methods, references to them (`System::exit`) and reads of these fields become calls of the method of
/// the same name in `FernHooks`, the receiver being its first parameter.
final class Redirects implements CodeTransform {
    static final Redirects INSTANCE = new Redirects();

    static final ClassDesc HOOKS = ClassDesc.of("com.fnproject.fn.runtime.FernHooks");

    static final Map<String, Set<String>> METHODS = Map.of(
            "java/lang/System", Set.of("exit", "getenv", "setOut", "setErr", "setIn", "setProperties"),
            "java/lang/Runtime", Set.of("exit", "halt", "addShutdownHook", "removeShutdownHook"),
            "java/lang/Thread", Set.of("startVirtualThread"),
            "java/lang/Thread$Builder", Set.of("start"),
            "java/lang/Thread$Builder$OfPlatform", Set.of("start"),
            "java/lang/Thread$Builder$OfVirtual", Set.of("start"),
            "java/lang/Class", Set.of("getMethod", "getMethods", "getDeclaredMethod", "getDeclaredMethods"),
            "java/lang/invoke/MethodHandles$Lookup", Set.of("findStatic", "findVirtual", "bind"));

    static final Map<String, Set<String>> FIELDS = Map.of("java/lang/System", Set.of("out", "err", "in"));

    /// Called on any exception of the JDK's: it would print to the stream that all share, whose lock it holds while it
    /// asks the exception for its text. References stay: a static method in their place may not take a supertype.
    private static final String PRINT = "printStackTrace";

    private Redirects() {}

    private static boolean concerns(MemberRefEntry member) {
        var owner = member.owner().asInternalName();
        var name = member.name().stringValue();
        return isRedirected(owner, name)
                || FIELDS.getOrDefault(owner, Set.of()).contains(name)
                || name.equals(PRINT)
                        && owner.startsWith("java/")
                        && member.type().equalsString("()V");
    }

    private static boolean isRedirected(String owner, String method) {
        return METHODS.getOrDefault(owner, Set.of()).contains(method);
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
        switch (element) {
            case InvokeInstruction call when concerns(call.method()) -> redirect(code, call);
            case FieldInstruction read
            when read.opcode() == Opcode.GETSTATIC && concerns(read.field()) ->
                code.invokestatic(HOOKS, read.name().stringValue(), MethodTypeDesc.of(read.typeSymbol()));
            case InvokeDynamicInstruction lambda -> redirect(code, lambda);
            default -> code.with(element);
        }
    }

    private static void redirect(CodeBuilder code, InvokeInstruction call) {
        var isStatic = call.opcode() == Opcode.INVOKESTATIC;
        var name = call.name().stringValue();
        code.invokestatic(HOOKS, name, hook(isStatic, call.owner().asSymbol(), name, call.typeSymbol()));
    }

    private static MethodTypeDesc hook(boolean isStatic, ClassDesc owner, String name, MethodTypeDesc type) {
        if (isStatic) {
            return type;
        }
        return type.insertParameterTypes(0, name.equals(PRINT) ? ConstantDescs.CD_Throwable : owner);
    }

    private static void redirect(CodeBuilder code, InvokeDynamicInstruction lambda) {
        var arguments = lambda.bootstrapArgs();
        var redirected = arguments.stream().map(Redirects::redirected).toArray(ConstantDesc[]::new);
        if (arguments.equals(List.of(redirected))) {
            code.with(lambda);
            return;
        }
        code.invokedynamic(DynamicCallSiteDesc.of(
                lambda.bootstrapMethod(), lambda.name().stringValue(), lambda.typeSymbol(), redirected));
    }

    private static ConstantDesc redirected(ConstantDesc argument) {
        if (!(argument instanceof DirectMethodHandleDesc method)) {
            return argument;
        }
        var isStatic = method.kind() == DirectMethodHandleDesc.Kind.STATIC;
        if (!isStatic && method.kind() != DirectMethodHandleDesc.Kind.VIRTUAL) {
            return argument;
        }
        var owner = method.owner().descriptorString();
        var internal = owner.substring(1, owner.length() - 1);
        var name = method.methodName();
        if (!isRedirected(internal, name)) {
            return argument;
        }
        var type = hook(isStatic, method.owner(), name, MethodTypeDesc.ofDescriptor(method.lookupDescriptor()));
        return MethodHandleDesc.ofMethod(DirectMethodHandleDesc.Kind.STATIC, HOOKS, name, type);
    }
}
