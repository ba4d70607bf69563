package dev.fern.fdk;

import dev.fern.InvalidDefinitionException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// The class path of a function as its image has it: `/function/app/*.jar`, `/function/app`, `/function/app/resources`.
///
/// The jars are opened once and closed with this; the JDK's cache of jars, which lives as long as the process and is
/// shared by all who name the same file, is not used.
final class FunctionFiles implements Closeable {
    /// One file of the class path.
    record Entry(URL url, ProtectionDomain origin, Source source) {
        byte[] bytes() throws IOException {
            try (var in = source.open()) {
                return in.readAllBytes();
            }
        }
    }

    interface Source {
        InputStream open() throws IOException;
    }

    /// A class file of the class path. There may be thousands, so it costs no more than to be named.
    private record ClassBytes(String name, long size, Source source) {
        /// Where its version stands.
        byte[] head() throws IOException {
            try (var in = source.open()) {
                return in.readNBytes(16);
            }
        }

        byte[] bytes() throws IOException {
            try (var in = source.open()) {
                return in.readAllBytes();
            }
        }
    }

    /// A jar or a folder.
    private interface Place extends Closeable {
        @Nullable Entry find(String name);

        /// All class files.
        List<ClassBytes> classes() throws IOException;
    }

    /// Tries those classes that may be impossible to rewrite, before one of them is needed.
    ///
    /// @throws InvalidDefinitionException if one is
    void check() throws InvalidDefinitionException {
        for (var place : places) {
            try {
                for (var file : place.classes()) {
                    if (Rewriter.isDoubtful(file.head(), file.size)) {
                        Rewriter.tryOut(file.name, file.bytes());
                    }
                }
            } catch (Rewriter.UnreadableClassError e) {
                throw new InvalidDefinitionException(
                        e.getMessage() + ", so it cannot be stopped in the daemon's process",
                        "set the annotation fern/isolation to process, or leave the class out");
            } catch (IOException e) {
                // the class that cannot be read says so if it is needed
            }
        }
    }

    private static boolean isClass(String name) {
        return name.endsWith(".class") && !name.startsWith("META-INF/") && !name.endsWith("module-info.class");
    }

    private final List<Place> places = new ArrayList<>();

    private FunctionFiles() {}

    /// Opens the class path of the function below that root.
    ///
    /// @throws InvalidDefinitionException if a jar is broken
    static FunctionFiles open(Path root) throws InvalidDefinitionException {
        var app = root.resolve("function/app");
        var files = new FunctionFiles();
        for (var jar : jars(app)) {
            try {
                files.places.add(new Jar(jar));
            } catch (IOException e) {
                files.close();
                throw new InvalidDefinitionException(
                        "the jar function/app/" + jar.getFileName() + " cannot be read: " + e.getMessage(),
                        "build the image again and deploy it");
            }
        }
        files.places.add(new Folder(app));
        files.places.add(new Folder(app.resolve("resources")));
        return files;
    }

    /// The jars in that folder, by name; none if it is no folder.
    static List<Path> jars(Path app) {
        try (var files = Files.list(app)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /// The first file of that name, or null.
    @Nullable Entry find(String name) {
        for (var place : places) {
            if (place.find(name) instanceof Entry entry) {
                return entry;
            }
        }
        return null;
    }

    /// All files of that name.
    List<Entry> all(String name) {
        var all = new ArrayList<Entry>();
        for (var place : places) {
            if (place.find(name) instanceof Entry entry) {
                all.add(entry);
            }
        }
        return all;
    }

    @Override
    public void close() {
        for (var place : places) {
            try {
                place.close();
            } catch (IOException e) {
                // only read from: nothing is lost
            }
        }
    }

    private static ProtectionDomain origin(Path path) {
        return new ProtectionDomain(new CodeSource(url(path.toUri()), (Certificate[]) null), null);
    }

    private static URL url(URI uri) {
        try {
            return uri.toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Folder implements Place {
        private final Path path;
        private final ProtectionDomain origin;

        Folder(Path path) {
            this.path = path.toAbsolutePath().normalize();
            origin = origin(this.path);
        }

        @Override
        public @Nullable Entry find(String name) {
            var file = path.resolve(name).normalize();
            if (!file.startsWith(path) || !Files.exists(file)) {
                return null;
            }
            return new Entry(url(file.toUri()), origin, () -> Files.newInputStream(file));
        }

        @Override
        public List<ClassBytes> classes() throws IOException {
            if (!Files.isDirectory(path)) {
                return List.of();
            }
            var classes = new ArrayList<ClassBytes>();
            try (var files = Files.walk(path)) {
                for (var file : (Iterable<Path>) files::iterator) {
                    var name = path.relativize(file).toString();
                    if (isClass(name)) {
                        classes.add(new ClassBytes(name, Files.size(file), () -> Files.newInputStream(file)));
                    }
                }
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            return classes;
        }

        @Override
        public void close() {}
    }

    private static final class Jar extends URLStreamHandler implements Place {
        private final JarFile jar;
        private final String prefix;
        private final ProtectionDomain origin;

        Jar(Path path) throws IOException {
            jar = new JarFile(path.toFile(), false, ZipFile.OPEN_READ, JarFile.runtimeVersion());
            prefix = "jar:" + path.toUri() + "!/";
            origin = origin(path);
        }

        @Override
        public @Nullable Entry find(String name) {
            var entry = jar.getJarEntry(name);
            if (entry == null) {
                return null;
            }
            try {
                var path = new URI(null, null, "/" + name, null).getRawPath().substring(1);
                return new Entry(URL.of(URI.create(prefix + path), this), origin, () -> jar.getInputStream(entry));
            } catch (Exception e) {
                throw new IllegalStateException("no URL for " + name, e);
            }
        }

        @Override
        public List<ClassBytes> classes() {
            return jar.versionedStream()
                    .filter(entry -> isClass(entry.getName()))
                    .map(entry -> new ClassBytes(entry.getName(), entry.getSize(), () -> jar.getInputStream(entry)))
                    .toList();
        }

        @Override
        protected URLConnection openConnection(URL url) throws IOException {
            var raw = url.toExternalForm();
            var name = raw.startsWith(prefix)
                    ? URI.create("/" + raw.substring(prefix.length())).getPath()
                    : "/";
            var entry = jar.getJarEntry(name.substring(1));
            if (entry == null) {
                throw new IOException("no " + raw);
            }
            return new URLConnection(url) {
                @Override
                public void connect() {}

                @Override
                public long getContentLengthLong() {
                    return entry.getSize();
                }

                @Override
                public InputStream getInputStream() throws IOException {
                    return jar.getInputStream(entry);
                }
            };
        }

        @Override
        public void close() throws IOException {
            jar.close();
        }
    }
}
