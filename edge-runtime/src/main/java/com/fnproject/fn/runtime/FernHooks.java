package com.fnproject.fn.runtime;

import dev.fern.fdk.Bridge;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// What the code of functions calls in place of the method or field of the same name in [System], [Runtime], [Class],
/// [MethodHandles.Lookup] and [Throwable]: their classes are rewritten when they are loaded.
public final class FernHooks {
    private static volatile Bridge.@Nullable Host host;

    private FernHooks() {}

    static void host(Bridge.Host daemon) {
        host = daemon;
    }

    private static Bridge.Host host() {
        var daemon = host;
        if (daemon == null) {
            throw new IllegalStateException("no daemon");
        }
        return daemon;
    }

    public static PrintStream out() {
        return host().out();
    }

    public static PrintStream err() {
        return host().err();
    }

    public static InputStream in() {
        return InputStream.nullInputStream();
    }

    public static void printStackTrace(Throwable thrown) {
        thrown.printStackTrace(host().err());
    }

    public static Map<String, String> getenv() {
        return host().env();
    }

    public static @Nullable String getenv(String name) {
        return host().env().get(name);
    }

    public static void exit(int status) {
        end("System.exit(" + status + ")");
    }

    public static void exit(Runtime runtime, int status) {
        OfRuntime.exit(status);
    }

    public static void halt(Runtime runtime, int status) {
        OfRuntime.halt(status);
    }

    private static void end(String call) {
        host().exited(call);
        throw new FernExit(call);
    }

    public static void addShutdownHook(Runtime runtime, Thread hook) {
        OfRuntime.addShutdownHook(hook);
    }

    public static boolean removeShutdownHook(Runtime runtime, Thread hook) {
        return OfRuntime.removeShutdownHook(hook);
    }

    public static void setOut(PrintStream out) {
        host().ignored("System.setOut");
    }

    public static void setErr(PrintStream err) {
        host().ignored("System.setErr");
    }

    public static void setIn(InputStream in) {
        host().ignored("System.setIn");
    }

    public static void setProperties(Properties properties) {
        host().ignored("System.setProperties");
    }

    /// Called with every executor and timer the function has made.
    public static void own(Object made) {
        host().owns(made);
    }

    /// Called with whatever has a method `start()` that is about to be called.
    public static void starting(Object startable) {
        if (startable instanceof Thread thread) {
            host().starts(thread);
        }
    }

    public static Thread startVirtualThread(Runnable task) {
        return started(Thread.ofVirtual().unstarted(task));
    }

    public static Thread start(Thread.Builder builder, Runnable task) {
        return started(builder.unstarted(task));
    }

    public static Thread start(Thread.Builder.OfPlatform builder, Runnable task) {
        return started(builder.unstarted(task));
    }

    public static Thread start(Thread.Builder.OfVirtual builder, Runnable task) {
        return started(builder.unstarted(task));
    }

    private static Thread started(Thread thread) {
        host().starts(thread);
        thread.start();
        return thread;
    }

    /// Called by a gate that is closed.
    public static void check(Class<?> gate) {
        stop(host().stopped(gate));
    }

    /// Called by a gate that is closed, where a handler starts.
    public static void recheck(Class<?> gate) {
        stop(host().stoppedForLong(gate));
    }

    private static void stop(Bridge.@Nullable Stop stop) {
        if (stop != null) {
            throw new FernStop(stop.why(), stop.first());
        }
    }

    /// Called by a gate when much is asked for.
    public static void room(long bytes) {
        if (host().refuses(bytes) instanceof String why) {
            throw new OutOfMemoryError(why);
        }
    }

    public static Method getMethod(Class<?> type, String name, Class<?>... parameters) throws NoSuchMethodException {
        return hook(type.getMethod(name, parameters));
    }

    public static Method[] getMethods(Class<?> type) {
        return hooks(type.getMethods());
    }

    public static Method getDeclaredMethod(Class<?> type, String name, Class<?>... parameters)
            throws NoSuchMethodException {
        return hook(type.getDeclaredMethod(name, parameters));
    }

    public static Method[] getDeclaredMethods(Class<?> type) {
        return hooks(type.getDeclaredMethods());
    }

    private static Method[] hooks(Method[] methods) {
        for (int i = 0; i < methods.length; i++) {
            methods[i] = hook(methods[i]);
        }
        return methods;
    }

    /// The hook that stands for a method of [System] or [Runtime], else the method. It is static, so whoever invokes it
    /// may go on handing over the [Runtime].
    private static Method hook(Method method) {
        var owner = method.getDeclaringClass();
        if (owner != System.class && owner != Runtime.class) {
            return method;
        }
        try {
            var hooks = owner == System.class ? FernHooks.class : OfRuntime.class;
            return hooks.getMethod(method.getName(), method.getParameterTypes());
        } catch (NoSuchMethodException e) {
            return method;
        }
    }

    public static MethodHandle findStatic(MethodHandles.Lookup lookup, Class<?> type, String name, MethodType shape)
            throws NoSuchMethodException, IllegalAccessException {
        var hook = type == System.class ? handle(name, shape) : null;
        return hook == null ? lookup.findStatic(type, name, shape) : hook;
    }

    public static MethodHandle findVirtual(MethodHandles.Lookup lookup, Class<?> type, String name, MethodType shape)
            throws NoSuchMethodException, IllegalAccessException {
        var hook = type == Runtime.class ? handle(name, shape.insertParameterTypes(0, type)) : null;
        return hook == null ? lookup.findVirtual(type, name, shape) : hook;
    }

    public static MethodHandle bind(MethodHandles.Lookup lookup, Object receiver, String name, MethodType shape)
            throws NoSuchMethodException, IllegalAccessException {
        var hook = receiver instanceof Runtime ? handle(name, shape.insertParameterTypes(0, Runtime.class)) : null;
        return hook == null ? lookup.bind(receiver, name, shape) : hook.bindTo(receiver);
    }

    private static @Nullable MethodHandle handle(String name, MethodType shape) throws IllegalAccessException {
        try {
            return MethodHandles.publicLookup().findStatic(FernHooks.class, name, shape);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /// The methods of [Runtime] as reflection finds them.
    public static final class OfRuntime {
        private OfRuntime() {}

        public static void exit(int status) {
            end("Runtime.exit(" + status + ")");
        }

        public static void halt(int status) {
            end("Runtime.halt(" + status + ")");
        }

        public static void addShutdownHook(Thread hook) {
            host().ignored("Runtime.addShutdownHook");
        }

        public static boolean removeShutdownHook(Thread hook) {
            return false;
        }
    }
}
