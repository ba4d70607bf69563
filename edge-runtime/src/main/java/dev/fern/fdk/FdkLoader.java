package dev.fern.fdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;

/// The functions' world: the FDK, Jackson and what they need, loaded once for all functions. It sees the JDK and
/// [Bridge], nothing else of the daemon's.
///
/// The FDK keeps some of what we need to itself, so a few classes of ours stand in its package and must be defined by
/// this loader: their class files come from the daemon's own jar.
final class FdkLoader extends URLClassLoader {
    private static final String OURS = "com.fnproject.fn.runtime.Fern";
    private static final ClassLoader DAEMON = FdkLoader.class.getClassLoader();

    static {
        registerAsParallelCapable();
    }

    private final Bridge bridge;

    /// @param jars the folder with the FDK's jars
    FdkLoader(Path jars, Bridge.Host host) throws IOException {
        super("fdk", urls(jars), ClassLoader.getPlatformClassLoader());
        try {
            bridge = (Bridge)
                    loadClass(OURS + "Bridge").getConstructor(Bridge.Host.class).newInstance(host);
        } catch (ReflectiveOperationException | LinkageError e) {
            close();
            throw new IOException("the jars in " + jars + " are not those of the Fn FDK", e);
        }
    }

    Bridge bridge() {
        return bridge;
    }

    private static URL[] urls(Path jars) throws IOException {
        try (var files = Files.list(jars)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .map(FdkLoader::url)
                    .toArray(URL[]::new);
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        var met = Bridge.class.getName();
        if (name.equals(met) || name.startsWith(met + "$")) {
            return DAEMON.loadClass(name);
        }
        return super.loadClass(name, resolve);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.findClass(name);
        }
        try (var file = DAEMON.getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            var bytes = file.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
