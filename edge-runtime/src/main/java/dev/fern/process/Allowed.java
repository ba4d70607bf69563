package dev.fern.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// What an order may name, for a launcher that does not trust who orders: a function sees files of these folders, read
/// only,
/// and nothing else of the device.
final class Allowed {
    /// The device's programs, for everybody.
    private static final Path SYSTEM = Path.of("/usr");
    /// Which a sandbox makes itself.
    private static final Set<String> OWN = Set.of("proc", "dev", "sys");

    private final List<Path> folders;

    /// What is ordered is not allowed here.
    static final class RefusedException extends IOException {
        RefusedException(String message) {
            super(message);
        }
    }

    /// @param folders whose contents orders may name, besides programs and the Java that runs this
    Allowed(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    /// The order with its paths as they really are: no symlink that is changed afterwards leads elsewhere.
    ///
    /// @throws RefusedException if it is not allowed
    Order check(Order order) throws IOException {
        if (order.command().isEmpty() || !order.command().getFirst().startsWith("/")) {
            throw new RefusedException("the program is no absolute path");
        }
        if (!isPlain(order.workingDir())) {
            throw new RefusedException("the working folder is no plain absolute path: " + order.workingDir());
        }
        if (order.memoryMb() < 1) {
            throw new RefusedException("the memory makes no sense: " + order.memoryMb() + " MB");
        }
        var places = new TreeMap<String, Path>();
        for (var place : order.places().entrySet()) {
            var path = Path.of(place.getKey());
            if (!isPlain(place.getKey())
                    || path.getNameCount() == 0
                    || OWN.contains(path.getName(0).toString())) {
                throw new RefusedException("nothing can be shown at " + place.getKey());
            }
            places.put(place.getKey(), shown(place.getValue()));
        }
        var root = shown(order.root());
        if (!Files.isDirectory(root)) {
            throw new RefusedException("there is no image in " + order.root());
        }
        return new Order(
                order.name(),
                root,
                order.wholeImage(),
                places,
                order.command(),
                order.env(),
                order.workingDir(),
                order.memoryMb());
    }

    private static boolean isPlain(String path) {
        return path.startsWith("/") && Path.of(path).normalize().toString().equals(path);
    }

    private Path shown(Path source) throws IOException {
        Path real;
        try {
            real = source.toRealPath();
        } catch (IOException e) {
            throw new RefusedException("the launcher cannot see " + source);
        }
        if (source.isAbsolute()) {
            for (var folder : List.of(SYSTEM, Path.of(System.getProperty("java.home")))) {
                if (real.startsWith(folder.toRealPath())) {
                    return real;
                }
            }
            for (var folder : folders) {
                var top = Files.exists(folder) ? folder.toRealPath() : folder;
                if (real.startsWith(top) && !real.equals(top)) { // a function is not shown all images
                    return real;
                }
            }
        }
        throw new RefusedException(source + " is not below a folder that the launcher shows to functions (--show)");
    }
}
