package dev.fern.fdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The classes of one version of a function.
///
/// As on the class path of its image the JDK's come first, then its own, then those beside the FDK; only the FDK is
/// always the shared one, and so is Jackson unless the function brings it. Its own are rewritten on the way in.
final class FunctionLoader extends ClassLoader {
    private static final String MAPPER = "com.fasterxml.jackson.databind.ObjectMapper";

    static {
        registerAsParallelCapable();
    }

    private static final String GATE = "com.fnproject.fn.runtime.FernGate";
    private static final byte[] GATE_FILE = gateFile();

    private final String function;
    private final Class<?> gate;
    private final Runnable closing;
    private final FunctionFiles files;
    private final boolean ownJackson;
    private volatile Scope scope;

    FunctionLoader(String function, FunctionFiles files, FdkLoader fdk, Scope scope) {
        super(fdk); // without a name: it would stand in every line of a stack trace
        this.function = function;
        this.files = files;
        this.scope = scope;
        ownJackson = files.find(fileOf(MAPPER)) != null;
        gate = defineClass(GATE, GATE_FILE, 0, GATE_FILE.length);
        try {
            closing = (Runnable) gate.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] gateFile() {
        try (var file = FunctionLoader.class.getClassLoader().getResourceAsStream(fileOf(GATE))) {
            return Objects.requireNonNull(file, GATE).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// From now on all code of this loader asks at each step whether it may go on. There is no way back.
    void closeGate() {
        closing.run();
    }

    /// Whom code of this function belongs to on a thread that does not say: the instance that was called last.
    Scope scope() {
        return scope;
    }

    void scope(Scope latest) {
        scope = latest;
    }

    /// The function's own Jackson, or null.
    @Nullable Class<?> mapper() throws ClassNotFoundException {
        return ownJackson ? loadClass(MAPPER) : null;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.equals(GATE)) {
            return gate;
        }
        if (name.startsWith("java.") || shared(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            var loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            try {
                return getPlatformClassLoader().loadClass(name);
            } catch (ClassNotFoundException e) {
                return files.find(fileOf(name)) == null ? super.loadClass(name, resolve) : findClass(name);
            }
        }
    }

    private boolean shared(String name) {
        return name.startsWith("com.fnproject.fn.") || !ownJackson && name.startsWith("com.fasterxml.jackson.");
    }

    private static String fileOf(String name) {
        return name.replace('.', '/') + ".class";
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        var file = files.find(fileOf(name));
        if (file == null) {
            throw new ClassNotFoundException(name);
        }
        try {
            var bytes = Rewriter.rewrite(name, file.bytes());
            return defineClass(name, bytes, 0, bytes.length, file.origin());
        } catch (IOException e) {
            throw new ClassNotFoundException(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public @Nullable URL getResource(String name) {
        var own = findResource(name);
        return own == null ? getParent().getResource(name) : own;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        var all = Collections.list(findResources(name));
        all.addAll(Collections.list(getParent().getResources(name)));
        return Collections.enumeration(all);
    }

    @Override
    protected @Nullable URL findResource(String name) {
        var file = files.find(name);
        return file == null ? null : file.url();
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        var urls = new ArrayList<URL>();
        for (var file : files.all(name)) {
            urls.add(file.url());
        }
        return Collections.enumeration(urls);
    }

    @Override
    public String toString() {
        return "classes of " + function;
    }
}
