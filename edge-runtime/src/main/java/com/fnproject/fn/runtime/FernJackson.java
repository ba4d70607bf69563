package com.fnproject.fn.runtime;

import com.fnproject.fn.api.InputCoercion;
import com.fnproject.fn.api.InputEvent;
import com.fnproject.fn.api.InvocationContext;
import com.fnproject.fn.api.MethodWrapper;
import com.fnproject.fn.api.OutputCoercion;
import com.fnproject.fn.api.OutputEvent;
import com.fnproject.fn.runtime.coercion.ByteArrayCoercion;
import com.fnproject.fn.runtime.coercion.ContextCoercion;
import com.fnproject.fn.runtime.coercion.InputEventCoercion;
import com.fnproject.fn.runtime.coercion.OutputEventCoercion;
import com.fnproject.fn.runtime.coercion.StringCoercion;
import com.fnproject.fn.runtime.coercion.VoidCoercion;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;

/// The FDK's JSON coercion with the Jackson that the function brings, so that its version and its annotations count, as
/// they do in a container where the function's jars come first.
final class FernJackson implements InputCoercion<Object>, OutputCoercion {
    /// Ours comes before the FDK's own coercions, which may not change for the types they take.
    private static final List<InputCoercion<?>> INPUT_BEFORE =
            List.of(new ContextCoercion(), new StringCoercion(), new ByteArrayCoercion(), new InputEventCoercion());

    private static final List<OutputCoercion> OUTPUT_BEFORE =
            List.of(new StringCoercion(), new ByteArrayCoercion(), new VoidCoercion(), new OutputEventCoercion());

    private final Class<?> type;
    private final Object mapper;
    private final Method constructType;
    private final Method readValue;
    private final Method writeValueAsBytes;

    FernJackson(Class<?> type) {
        this.type = type;
        try {
            mapper = type.getConstructor().newInstance();
            constructType = type.getMethod("constructType", Type.class);
            readValue = type.getMethod("readValue", InputStream.class, constructType.getReturnType());
            writeValueAsBytes = type.getMethod("writeValueAsBytes", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The function's own Jackson is not one that the FDK can use", e);
        }
    }

    @Override
    public Optional<Object> tryCoerceParam(
            InvocationContext context, int parameter, InputEvent input, MethodWrapper method) {
        for (var coercion : INPUT_BEFORE) {
            var value = coercion.tryCoerceParam(context, parameter, input, method);
            if (value.isPresent()) {
                return Optional.of(value.get());
            }
        }
        var wanted = method.getTargetMethod().getGenericParameterTypes()[parameter];
        var use = mapper(context);
        return Optional.ofNullable(
                input.consumeBody(body -> call(readValue, use, body, call(constructType, use, wanted))));
    }

    @Override
    public Optional<OutputEvent> wrapFunctionResult(InvocationContext context, MethodWrapper method, Object value) {
        for (var coercion : OUTPUT_BEFORE) {
            var output = coercion.wrapFunctionResult(context, method, value);
            if (output.isPresent()) {
                return output;
            }
        }
        var json = (byte[]) call(writeValueAsBytes, mapper(context), value);
        return Optional.of(OutputEvent.fromBytes(json, OutputEvent.Status.Success, "application/json"));
    }

    /// The one the function set as the FDK's attribute, else ours.
    private Object mapper(InvocationContext context) {
        return context.getRuntimeContext()
                .getAttribute(FernBridge.MAPPER, Object.class)
                .filter(type::isInstance)
                .orElse(mapper);
    }

    private static Object call(Method method, Object target, Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(e.getTargetException().getMessage(), e.getTargetException());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
