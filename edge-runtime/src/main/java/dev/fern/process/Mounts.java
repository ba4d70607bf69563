package dev.fern.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What a sandbox sees, as arguments of bubblewrap. Everything is read only but `/tmp`, which is in memory and bounded.
/// Nothing of the device's `/home`, `/root`, `/var`, `/run`, `/sys` and of Fern's own folders is there.
final class Mounts {
    /// Bytes that fit into `/tmp`, and into `/dev/shm`.
    static final int TMP_BYTES = 32 << 20;

    /// Folders that a sandbox has of its own.
    private static final Set<String> OWN = Set.of("proc", "dev", "sys", "tmp", "run", "etc");
    /// Folders that are the device's, where an image has only the function's own layers.
    private static final List<String> SYSTEM = List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");
    /// What programs of the device ask for in `/etc`: names, certificates, the configuration of languages.
    private static final List<String> ETC = List.of(
            "nsswitch.conf",
            "ssl",
            "ca-certificates",
            "pki",
            "localtime",
            "timezone",
            "ld.so.cache",
            "ld.so.conf",
            "ld.so.conf.d",
            "alternatives",
            "mime.types",
            "protocols",
            "services");
    private static final List<String> NETWORK = List.of("resolv.conf", "hosts");

    private final List<String> arguments = new ArrayList<>();

    private Mounts() {}

    /// @param files a folder with `passwd` and `group` for the sandbox
    /// @param sockets the folder that is seen as [Recipe#SOCKETS]
    static List<String> of(Order order, Path files, Path sockets) throws IOException {
        var mounts = new Mounts();
        if (order.wholeImage()) {
            mounts.image(order.root());
        } else {
            mounts.device();
            mounts.function(order.root());
        }
        NETWORK.forEach(name -> mounts.bind(Path.of("/etc", name), "/etc/" + name));
        mounts.bind(files.resolve("passwd"), "/etc/passwd");
        mounts.bind(files.resolve("group"), "/etc/group");
        order.places().forEach((place, source) -> {
            mounts.arguments.addAll(above(place));
            mounts.bind(source, place);
        });
        mounts.add("--proc", "/proc", "--dev", "/dev");
        mounts.add("--perms", "1777", "--size", String.valueOf(TMP_BYTES), "--tmpfs", "/tmp");
        mounts.add("--perms", "1777", "--size", String.valueOf(TMP_BYTES), "--tmpfs", "/dev/shm");
        mounts.add("--bind", sockets.toString(), Recipe.SOCKETS);
        return mounts.arguments;
    }

    /// Makes the folders above a place: bubblewrap would make them for its own user only.
    static List<String> above(String place) {
        var folders = new ArrayList<String>();
        for (var folder = Path.of(place).getParent();
                folder != null && folder.getNameCount() > 0;
                folder = folder.getParent()) {
            folders.addAll(0, List.of("--perms", "0755", "--dir", folder.toString()));
        }
        return folders;
    }

    private void add(String... words) {
        arguments.addAll(List.of(words));
    }

    private void bind(Path source, String place) {
        if (Files.exists(source)) {
            add("--ro-bind", source.toAbsolutePath().toString(), place);
        }
    }

    private void device() throws IOException {
        bind(Path.of("/usr"), "/usr");
        for (var name : SYSTEM) {
            entry(Path.of("/", name), "/" + name);
        }
        add("--perms", "0755", "--dir", "/etc");
        ETC.forEach(name -> bind(Path.of("/etc", name), "/etc/" + name));
        try (var etc = Files.newDirectoryStream(Path.of("/etc"), "{java-*,python3*,ruby*,perl}")) {
            for (var folder : etc) {
                bind(folder, "/etc/" + folder.getFileName());
            }
        }
    }

    /// The folders of the function's own layers, but for those in which the device's are.
    private void function(Path root) throws IOException {
        try (var entries = Files.newDirectoryStream(root)) {
            for (var entry : entries) {
                var name = entry.getFileName().toString();
                if (!OWN.contains(name) && !SYSTEM.contains(name) && !name.equals("usr")) {
                    entry(entry, "/" + name);
                }
            }
        }
    }

    private void image(Path root) throws IOException {
        try (var entries = Files.newDirectoryStream(root)) {
            for (var entry : entries) {
                if (!OWN.contains(entry.getFileName().toString())) {
                    entry(entry, "/" + entry.getFileName());
                }
            }
        }
        add("--perms", "0755", "--dir", "/etc", "--perms", "0755", "--dir", "/run");
        var etc = root.resolve("etc");
        if (Files.isDirectory(etc)) {
            try (var entries = Files.newDirectoryStream(etc)) {
                for (var entry : entries) {
                    var name = entry.getFileName().toString();
                    if (!NETWORK.contains(name) && !name.equals("passwd") && !name.equals("group")) {
                        entry(entry, "/etc/" + name);
                    }
                }
            }
        }
    }

    /// A symlink as it is, all else as it is now.
    private void entry(Path source, String place) throws IOException {
        if (Files.isSymbolicLink(source)) {
            add("--symlink", Files.readSymbolicLink(source).toString(), place);
        } else if (Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
            add("--ro-bind", source.toAbsolutePath().toString(), place);
        }
    }
}
