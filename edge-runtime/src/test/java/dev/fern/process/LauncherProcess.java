package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.kit.Await;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The launcher as a process of its own. If the tests are root it has a user without rights, as its unit gives it.
final class LauncherProcess implements AutoCloseable {
    /// Nobody's number, and no function's.
    static final int USER = Guards.FIRST_USER + Guards.USERS + 1;

    /// Those of the command `fern process-launcher`.
    private static final Pattern FLAGS = Pattern.compile("launcher=\\(([^)]*)\\)");

    final Process process;
    final Path folder;
    final Path socket;
    private final Path log;

    /// @param more arguments
    LauncherProcess(Path shown, String... more) throws Exception {
        folder = Files.createTempDirectory("fl");
        log = folder.resolve("log");
        socket = folder.resolve("launch.sock");
        var homes = Files.createDirectory(folder.resolve("h"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        var command = new ArrayList<String>();
        if (isRoot()) {
            for (var own : List.of(folder, homes)) {
                Files.setAttribute(own, "unix:uid", USER);
                Files.setAttribute(own, "unix:gid", USER);
            }
            command.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups"));
        }
        command.addAll(List.of(java().split(" ")));
        command.addAll(List.of("--folder", homes.toString(), "--socket", socket.toString()));
        command.addAll(List.of(
                "--show",
                shown.toString(),
                "--show",
                Booth.FDK.resolve("..").normalize().toString()));
        if (isRoot()) {
            command.addAll(List.of("--for", "root"));
        }
        command.addAll(List.of(more));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Await.until("it listens", this::listens);
    }

    /// The command up to its arguments.
    static String java() throws IOException {
        var flags = FLAGS.matcher(Files.readString(Path.of(System.getProperty("fern.home"), "fern")));
        assertThat(flags.find()).isTrue();
        return Path.of(System.getProperty("java.home"), "bin/java") + " "
                + flags.group(1).replaceAll("\\s+", " ") + " -cp " + classes() + " dev.fern.process.LauncherMain";
    }

    /// All the launcher needs are classes of this room.
    private static String classes() {
        try {
            return Path.of(LauncherMain.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private boolean listens() {
        assertThat(process.isAlive()).as(() -> log()).isTrue();
        try (var connection = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return connection.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// KB that it has in memory for itself.
    long ownKb() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    /// What it has started and is not ended.
    long children() {
        return process.toHandle().descendants().count();
    }

    @Override
    public void close() throws Exception {
        process.destroyForcibly();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        Homes.delete(folder);
    }
}
