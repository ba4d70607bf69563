package dev.fern.process;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The launcher of processes, which `fern-process.service` runs: `fern process-launcher --folder DIR [--socket FILE]
/// [--for USER]... [--show DIR]... [--idle SECONDS]`. Without `--socket` it listens on what systemd hands over
/// as standard input. Small on purpose: no library, no logging but to standard error.
public final class LauncherMain {
    private static final int WRONG_USAGE = 2;

    private @Nullable Path folder;
    private @Nullable Path socket;
    private final Set<UserPrincipal> users = new HashSet<>();
    private final List<Path> shown = new ArrayList<>();
    private long idleS;

    private LauncherMain() {}

    public static void main(String[] args) {
        var launcher = new LauncherMain();
        try {
            launcher.read(List.of(args));
            launcher.run();
        } catch (IllegalArgumentException | UserPrincipalNotFoundException e) {
            System.err.println("fern process-launcher: " + e.getMessage());
            System.exit(WRONG_USAGE);
        } catch (IOException e) {
            System.err.println("fern process-launcher: " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private void read(List<String> args) throws IOException {
        var names = FileSystems.getDefault().getUserPrincipalLookupService();
        for (int i = 0; i < args.size(); i += 2) {
            if (i + 1 == args.size()) {
                throw new IllegalArgumentException(args.get(i) + " needs a value");
            }
            var value = args.get(i + 1);
            switch (args.get(i)) {
                case "--folder" -> folder = Path.of(value);
                case "--socket" -> socket = Path.of(value);
                case "--for" -> {
                    try {
                        users.add(names.lookupPrincipalByName(value));
                    } catch (UserPrincipalNotFoundException e) {
                        throw new IllegalArgumentException("--for " + value + ": there is no such user", e);
                    }
                }
                case "--show" -> shown.add(Path.of(value));
                case "--idle" -> idleS = Long.parseLong(value);
                default -> throw new IllegalArgumentException("what is " + args.get(i) + "?");
            }
        }
        users.add(Files.getOwner(Path.of("/proc/self"))); // who runs it needs nobody's leave
    }

    private void run() throws IOException {
        var homes = folder;
        if (homes == null || !Files.isDirectory(homes)) {
            throw new IllegalArgumentException("--folder must name a folder for the sockets of functions");
        }
        new LauncherServer(door(), users, new Allowed(shown), homes, idleS).run();
    }

    private ServerSocketChannel door() throws IOException {
        var file = socket;
        if (file == null) {
            if (System.inheritedChannel() instanceof ServerSocketChannel given) {
                return given;
            }
            throw new IllegalArgumentException("standard input is no listening socket, and there is no --socket");
        }
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.readAttributes(file, "posix:isOther", LinkOption.NOFOLLOW_LINKS)
                    .containsValue(true)) {
                throw new IllegalArgumentException(file + " is there and is no socket");
            }
            Files.delete(file);
        }
        var made = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        made.bind(UnixDomainSocketAddress.of(file));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        return made;
    }
}
