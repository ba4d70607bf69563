package dev.fern.process;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Runs any function that speaks Fn's contract (`http-stream` over `FN_LISTENER`) as a child process, in a sandbox of
/// bubblewrap's and without a container engine. A process answers many calls, one at a time. It is the one runtime that
/// is a security boundary: what cannot be put into a sandbox is not started.
///
/// Costs nothing until the first [#load]. Any thread.
public final class ProcessRuntime implements FunctionRuntime {
    /// Bytes of an answer, unless told otherwise.
    public static final int ANSWER_BYTES = 6 << 20;

    /// Where `fern-process.socket` has the launcher listen.
    public static final Path SOCKET = Path.of("/run/fern-process.sock");

    private static final String SOCKET_CLASS = "com/fnproject/fn/runtime/ntv/UnixSocketNative.class";
    private static final System.Logger LOG = System.getLogger("fern.process");

    private final Path fdkJars;
    private final Path state;
    private final int answerBytes;
    private final Metrics metrics;
    private final Launchers launchers;
    private boolean impossible;
    private @Nullable Launcher launcher;

    /// @param fdkJars the folder with the FDK's jars, `lib/fdk`, for Java functions with a process of their own
    /// @param state a folder of this runtime's own, for files that processes read
    /// @param socket of a launcher with other rights, which starts the processes if it is there ([#SOCKET])
    /// @param answerBytes the largest answer; a larger one fails the call and ends the process
    public ProcessRuntime(Path fdkJars, Path state, Path socket, int answerBytes, Metrics metrics) {
        this(fdkJars, state, answerBytes, metrics, Launchers.here(socket, state, metrics));
    }

    ProcessRuntime(Path fdkJars, Path state, int answerBytes, Metrics metrics, Launchers launchers) {
        this.fdkJars = fdkJars;
        this.state = state;
        this.answerBytes = answerBytes;
        this.metrics = metrics;
        this.launchers = launchers;
    }

    @Override
    public String name() {
        return "process";
    }

    /// Whether the image says what to start. Put last among the runtimes: it takes what no other does.
    /// A process has its own memory, which its guards watch.
    @Override
    public boolean sharesHeap() {
        return false;
    }

    @Override
    public boolean canRun(Fn fn, Bundle bundle) {
        return !bundle.entrypoint().isEmpty() || !bundle.cmd().isEmpty();
    }

    @Override
    public Program load(Fn fn, Bundle bundle) throws InvalidDefinitionException {
        if (fn.isolation() == Fn.Isolation.CONTEXT || fn.isolation() == Fn.Isolation.ISOLATE) {
            throw new InvalidDefinitionException(
                    "fern/isolation=" + fn.isolation().name().toLowerCase(Locale.ROOT) + " is not for " + fn.name()
                            + ", which runs as a process of its own",
                    "set it to process, or remove it");
        }
        var order = Recipe.order(fn, bundle, java());
        return new ProcessProgram(fn, order, launcher(), answerBytes, metrics);
    }

    private synchronized Launcher launcher() throws InvalidDefinitionException {
        if (launcher != null) {
            return launcher;
        }
        try {
            impossible = true; // until it turns out otherwise
            launcher = launchers.open();
            LOG.log(System.Logger.Level.INFO, "guards of processes: {0}", String.join("; ", launcher.guards()));
            return launcher;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InvalidDefinitionException("the start was interrupted", "try again");
        }
    }

    /// What holds a bad function back on this device, one phrase a guard; empty while nothing was loaded.
    @Override
    public synchronized List<String> guards() {
        if (launcher != null) {
            return launcher.guards();
        }
        return impossible ? Guards.NONE : List.of();
    }

    /// Puts our class beside the FDK's jars, where a process can read it.
    private synchronized JavaHome java() throws InvalidDefinitionException {
        var folder = state.resolve("socket");
        var file = folder.resolve(SOCKET_CLASS);
        try (var in = ProcessRuntime.class.getResourceAsStream("/" + SOCKET_CLASS)) {
            if (in == null) {
                throw new IOException("it is not in Fern's jar");
            }
            var bytes = in.readAllBytes();
            if (!Files.exists(file) || Files.size(file) != bytes.length) {
                Files.createDirectories(file.getParent());
                Files.write(file, bytes);
                readable(state, file);
            }
            return new JavaHome(fdkJars, folder);
        } catch (IOException e) {
            throw new InvalidDefinitionException(
                    SOCKET_CLASS + " cannot be written to " + state + ": " + e.getMessage(), "check the disk");
        }
    }

    /// By the users of functions, whatever umask the daemon has.
    private static void readable(Path top, Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        for (var folder = file.getParent(); folder != null && folder.startsWith(top); folder = folder.getParent()) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Override
    public synchronized void close() {
        if (launcher != null) {
            launcher.close();
        }
    }
}
