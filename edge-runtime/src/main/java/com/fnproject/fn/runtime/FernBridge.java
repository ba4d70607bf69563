package com.fnproject.fn.runtime;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.fasterxml.jackson.databind.util.LookupCache;
import com.fnproject.fn.api.FnFeature;
import com.fnproject.fn.api.FnFeatures;
import com.fnproject.fn.api.RuntimeFeature;
import com.fnproject.fn.runtime.exception.FunctionInitializationException;
import dev.fern.fdk.Bridge;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes instances of functions as the FDK's `EntryPoint` would, in the same order: features, then the constructor and
/// the configuration methods.
public final class FernBridge implements Bridge {
    /// Where the FDK's JSON coercion looks for its mapper.
    static final String MAPPER = "com.fnproject.fn.runtime.coercion.jackson.JacksonCoercion.om";

    public FernBridge(Host host) {
        FernHooks.host(host);
    }

    @Override
    public Instance open(Class<?> type, Method method, Map<String, String> config, @Nullable Class<?> mapper) {
        var context = new FunctionRuntimeContext(new DefaultMethodWrapper(type, method), config);
        if (mapper == null) {
            context.setAttribute(MAPPER, mapper(type.getClassLoader()));
        }
        enableFeatures(type, context);
        new FunctionConfigurer().configure(context);
        context.getInvokeInstance();
        if (mapper != null) {
            // last: coercions the function added come first
            var coercion = new FernJackson(mapper);
            context.addInputCoercion(coercion);
            context.addOutputCoercion(coercion);
        }
        return new FernFunction(context);
    }

    /// A mapper with its own cache of types: the shared one would keep the function's classes.
    private static ObjectMapper mapper(ClassLoader function) {
        LookupCache<Object, JavaType> cache = new LRUMap<>(16, 64);
        var types = TypeFactory.defaultInstance().withClassLoader(function).withCache(cache);
        return new ObjectMapper().setTypeFactory(types);
    }

    private static void enableFeatures(Class<?> type, FunctionRuntimeContext context) {
        if (type.getAnnotation(FnFeature.class) instanceof FnFeature one) {
            enable(one, context);
        }
        if (type.getAnnotation(FnFeatures.class) instanceof FnFeatures several) {
            for (var feature : several.value()) {
                enable(feature, context);
            }
        }
    }

    private static void enable(FnFeature annotation, FunctionRuntimeContext context) {
        RuntimeFeature feature;
        try {
            feature = annotation.value().getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            throw new FunctionInitializationException("Could not load feature " + annotation.value(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new FunctionInitializationException("Could not load feature " + annotation.value(), e);
        }
        try {
            feature.initialize(context);
        } catch (RuntimeException e) {
            throw new FunctionInitializationException("Could not initialize feature " + annotation.value(), e);
        }
    }
}
