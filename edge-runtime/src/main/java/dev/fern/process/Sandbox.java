package dev.fern.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The command line that starts an [Order] in a sandbox: bubblewrap makes the mount, pid, ipc and uts namespaces, then
/// `prlimit` sets the limits and `setpriv` the user, inside of it. The network is the device's: functions call out.
///
/// ```
/// sh ─► bwrap ─► (new namespaces) bwrap ─► prlimit ─► setpriv ─► the function's command
///                                 pid 1                          pid 2
/// ```
///
/// What is secret, or long, goes to bubblewrap through a pipe (`--args 3`), as every user of the device can
/// read command lines. A daemon that is not root makes a user namespace; its functions have its own user
/// then.
final class Sandbox {
    /// Processes and threads of one function (Fn: FN_MAX_PIDS of its Docker).
    static final int PIDS = 50;
    /// Open files of one process, as on an Fn server.
    static final int FILES = 350;

    /// Variables that the dynamic loader or the C library obeys: only the function itself gets these, not the programs
    /// that build its sandbox.
    private static final List<String> LOADERS = List.of("LD_", "GLIBC_", "MALLOC_", "GCONV_", "LOCPATH", "NLSPATH");
    /// Where the programs that finish a sandbox are, if its `/usr` is not the device's.
    private static final String TOOLS = "/.fern/tools";

    /// @param arguments what bubblewrap reads from its pipe
    record Line(List<String> command, List<String> arguments) {}

    private final Path bubblewrap;
    private final boolean root;
    private final boolean shared;

    /// @param root whether who starts it may change users, and so needs no user namespace
    /// @param shared whether somebody of another user connects to the function's socket
    Sandbox(Path bubblewrap, boolean root, boolean shared) {
        this.bubblewrap = bubblewrap;
        this.root = root;
        this.shared = shared;
    }

    /// @param user the user it gets, if the daemon may choose
    /// @param files a folder of this instance
    /// @param sockets the folder for its socket
    /// @param cgroup in which it runs from its first step on, or null
    Line line(Order order, int user, Path files, Path sockets, @Nullable Cgroup cgroup) throws IOException {
        Files.writeString(files.resolve("passwd"), "fn:x:" + user + ":" + user + ":fn:/tmp:/usr/sbin/nologin\n");
        Files.writeString(files.resolve("group"), "fn:x:" + user + ":\n");
        var arguments = new ArrayList<String>();
        arguments.addAll(
                List.of("--clearenv", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"));
        arguments.addAll(List.of("--die-with-parent", "--new-session", "--hostname", "fern", "--cap-drop", "ALL"));
        arguments.addAll(
                root
                        ? List.of("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP")
                        : List.of("--unshare-user"));
        arguments.addAll(Mounts.of(order, files, sockets));
        var tools = order.wholeImage() ? tools(arguments) : List.of("/usr/bin/");
        arguments.addAll(List.of("--remount-ro", "/dev", "--remount-ro", "/"));
        var late = new TreeMap<String, String>();
        env(order.env(), late, arguments);
        arguments.addAll(List.of("--chdir", order.workingDir()));

        // the daemon's own environment ends here
        var command = new ArrayList<>(List.of("/bin/sh", "-c", script(cgroup), "sh"));
        if (cgroup != null) {
            command.add(cgroup.procs().toString());
        }
        command.addAll(List.of(bubblewrap.toString(), "--args", "3", "--"));
        tool(command, tools, "prlimit");
        command.addAll(List.of("--nproc=" + PIDS, "--nofile=" + FILES, "--fsize=" + Mounts.TMP_BYTES, "--core=0"));
        if (root) {
            tool(command, tools, "setpriv");
            command.addAll(List.of("--reuid=" + user, "--regid=" + user, "--clear-groups", "--no-new-privs"));
            command.addAll(List.of("--inh-caps=-all", "--bounding-set=-all", "--"));
        }
        if (!late.isEmpty()) {
            tool(command, tools, "env");
            late.forEach((name, value) -> command.add(name + "=" + value));
        }
        command.addAll(order.command());
        return new Line(command, arguments);
    }

    /// What happens before bubblewrap: 0 means who writes it (cgroup-v2), so the shell moves itself, and all that
    /// becomes
    /// of it is in the cgroup. Without a umask the socket can be connected to; its folder says by whom.
    private String script(@Nullable Cgroup cgroup) {
        return (cgroup == null ? "" : "echo 0 >\"$1\" && shift && ")
                + (shared ? "umask 0 && " : "")
                + "exec \"$@\" 3<&0 </dev/null";
    }

    private static void env(Map<String, String> env, Map<String, String> late, List<String> arguments) {
        env.forEach((name, value) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0 || (name + value).indexOf('\0') >= 0) {
                return; // there is no such variable
            }
            if (LOADERS.stream().anyMatch(name::startsWith)) {
                late.put(name, value);
            } else {
                arguments.addAll(List.of("--setenv", name, value));
            }
        });
    }

    /// Shows the device's own programs to a sandbox that has another `/usr`, with the loader they need.
    ///
    /// @return how each of them is called there, but for its name
    private static List<String> tools(List<String> arguments) throws IOException {
        arguments.addAll(Mounts.above(TOOLS + "/x"));
        for (var name : List.of("prlimit", "setpriv", "env")) {
            arguments.addAll(List.of("--ro-bind", "/usr/bin/" + name, TOOLS + "/" + name));
        }
        var elf = Elf.read(Path.of("/usr/bin/setpriv"));
        if (elf == null || elf.interpreter() == null) {
            return List.of(TOOLS + "/");
        }
        var loader = Path.of(elf.interpreter()).toRealPath();
        var libraries = TOOLS + "/lib";
        arguments.addAll(List.of("--ro-bind", String.valueOf(loader.getParent()), libraries));
        return List.of(libraries + "/" + loader.getFileName(), "--library-path", libraries, TOOLS + "/");
    }

    private static void tool(List<String> command, List<String> tools, String name) {
        command.addAll(tools.subList(0, tools.size() - 1));
        command.add(tools.getLast() + name);
    }
}
