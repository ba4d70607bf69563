package dev.fern.daemon;

import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.Status;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Keeps in the state folder which runtimes the functions here use, one name a line. The script `fern` reads it at the
/// next start, when there is no JVM yet that could read a definition, to choose the AOT cache.
///
/// It is written only when it changes. As long as a function is not loaded, nothing is taken away. Any thread.
final class UsedRuntimes implements Control.Listener {
    private static final System.Logger LOG = System.getLogger("fern.daemon");

    private final Path file;
    private final Supplier<List<Status.Function>> functions;
    private Set<String> kept;

    /// @param data the state folder
    UsedRuntimes(Path data, Supplier<List<Status.Function>> functions) {
        file = data.resolve("runtimes");
        this.functions = functions;
        kept = read();
    }

    private Set<String> read() {
        try {
            return Files.exists(file) ? new TreeSet<>(Files.readAllLines(file)) : new TreeSet<>();
        } catch (IOException e) {
            return new TreeSet<>(); // written anew with the first function
        }
    }

    @Override
    public synchronized void statusChanged() {
        var used = new TreeSet<String>();
        for (var function : functions.get()) {
            if (function.runtime() == null) {
                used.addAll(kept);
            } else {
                used.add(function.runtime());
            }
        }
        if (used.equals(kept)) {
            return;
        }
        kept = used;
        try {
            var next = Files.write(file.resolveSibling("runtimes.new"), used);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "cannot write " + file + " (" + e + "), so the next start may be slow; check the disk");
        }
    }

    @Override
    public void died(CallInfo call) {
        // says nothing about runtimes
    }
}
