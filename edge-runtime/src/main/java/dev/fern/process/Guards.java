package dev.fern.process;

import dev.fern.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What this device has to hold a bad function back. Found out once, by trying.
///
/// @param bubblewrap its file, or null if it is not installed
/// @param root whether the daemon is root: each instance then gets a user that nobody else has
/// @param users whether there are enough user numbers for that (in a container there may not be)
/// @param problem why there can be no sandbox, and so no process, or null
record Guards(
        @Nullable Path bubblewrap,
        boolean root,
        boolean users,
        @Nullable Problem problem) {
    /// User numbers from here on belong to nobody: systemd leaves them free (systemd, UIDS-GIDS), Debian does
    /// not use them.
    static final int FIRST_USER = 1_900_000_000;
    /// How many of them are used, one after the other.
    static final int USERS = 10_000;

    /// What holds where there can be no sandbox.
    static final List<String> NONE = List.of("none: no process is started");

    private static final int NOBODY = 65534;
    private static final long PROBE_S = 10;
    private static final int MOST_CHARS = 200;

    static Guards find() throws InterruptedException {
        var root = isRoot();
        var users = root && mapped();
        var bubblewrap = Interpreter.find("bwrap", null);
        if (bubblewrap == null) {
            return new Guards(
                    null,
                    root,
                    users,
                    new Problem(
                            "functions in processes of their own need bubblewrap, which is not installed",
                            "run: apt install bubblewrap"));
        }
        return new Guards(bubblewrap, root, users, probe(bubblewrap, root));
    }

    /// Tries a sandbox.
    private static @Nullable Problem probe(Path bubblewrap, boolean root) throws InterruptedException {
        var command = new ArrayList<>(List.of(bubblewrap.toString(), "--ro-bind", "/", "/", "--unshare-pid"));
        command.addAll(List.of("--unshare-ipc", "--unshare-uts", "--proc", "/proc", "--dev", "/dev", "--clearenv"));
        if (!root) {
            command.add("--unshare-user");
        }
        command.addAll(List.of("/usr/bin/prlimit", "--nproc=" + Sandbox.PIDS));
        command.addAll(root ? List.of("/usr/bin/setpriv", "--no-new-privs", "/bin/true") : List.of("/bin/true"));
        try {
            var tried = new ProcessBuilder(command).redirectErrorStream(true).start();
            tried.getOutputStream().close();
            if (!tried.waitFor(PROBE_S, TimeUnit.SECONDS)) {
                tried.destroyForcibly();
                return impossible("it did not end");
            }
            var said = new String(tried.getInputStream().readNBytes(MOST_CHARS), StandardCharsets.UTF_8).strip();
            return tried.exitValue() == 0 ? null : impossible(said);
        } catch (IOException e) {
            return impossible(String.valueOf(e.getMessage()));
        }
    }

    private static Problem impossible(String said) {
        return new Problem(
                "bubblewrap cannot make a sandbox here: " + said,
                "allow user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone), or have"
                        + " them started by the unit fern-process: systemctl enable --now fern-process.socket");
    }

    private static boolean isRoot() {
        return self() == 0;
    }

    private static int self() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            return NOBODY;
        }
    }

    /// Whether user numbers of ours exist in the user namespace that the daemon runs in (user_namespaces(7)).
    private static boolean mapped() {
        try {
            for (var line : Files.readAllLines(Path.of("/proc/self/uid_map"))) {
                var fields = line.strip().split("\\s+");
                long first = Long.parseLong(fields[0]);
                if (first <= FIRST_USER && first + Long.parseLong(fields[2]) >= FIRST_USER + (long) USERS) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /// The user of the instance with that number.
    int user(int instance) {
        if (!root) {
            return self();
        }
        return users ? FIRST_USER + Math.floorMod(instance, USERS) : NOBODY;
    }

    /// One phrase a guard.
    List<String> phrases(Cgroups cgroups) {
        if (problem != null) {
            return NONE;
        }
        var phrases = new ArrayList<String>();
        phrases.add("bubblewrap (" + bubblewrap + "): files, processes, devices; not the network");
        phrases.add(
                root
                        ? "user: " + (users ? "one for each instance" : "nobody, the same for all functions")
                        : "user: that of who starts it, in a user namespace");
        if (cgroups.missing().isEmpty()) {
            phrases.add("memory: by the kernel, in a cgroup for each instance");
            phrases.add("processes and threads: " + Sandbox.PIDS + " by rlimit and by the cgroup");
        } else {
            phrases.add("memory: watched every " + Watch.CLOSE_MS + " ms while a call runs, as " + cgroups.missing());
            phrases.add("processes and threads: " + Sandbox.PIDS + " by rlimit");
        }
        return List.copyOf(phrases);
    }
}
