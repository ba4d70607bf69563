package dev.fern.e2e.image;

import dev.fern.e2e.Child;
import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A device that runs from a card. It is spoken to as its owner does: by SSH, with the key that was put onto the card.
final class Guest {
    /// An emulated machine on a busy one takes its time.
    private static final Duration BOOT = Duration.ofMinutes(20);

    private static final Duration COMMAND = Duration.ofMinutes(10);

    private static final Path CONSOLE = Path.of(System.getProperty("fern.home", "."), "target", "image-console.log");

    private final Sandbox sandbox;
    private final Child machine;
    private final Path key;
    private final int ssh;
    private final int http;

    private Guest(Sandbox sandbox, Child machine, Path key, int ssh, int http) {
        this.sandbox = sandbox;
        this.machine = machine;
        this.key = key;
        this.ssh = ssh;
        this.http = http;
        machine.follow(line -> note(CONSOLE, line));
    }

    /// What the consoles said, one after the other, stays for whoever looks for a mistake.
    private static void note(Path log, String line) {
        try {
            Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Switches it on.
    ///
    /// @param more for the kernel's command line
    static Guest boot(Sandbox sandbox, Board board, Card card, Path key, String more)
            throws IOException, InterruptedException {
        int ssh = Sandbox.freePort();
        var machine = sandbox.start(board.command(card, ssh, more), Map.of());
        return new Guest(sandbox, machine, key, ssh, Sandbox.freePort());
    }

    /// The same with nothing plugged into its network port.
    static Guest bootAlone(Sandbox sandbox, Board board, Card card, Path key) throws IOException, InterruptedException {
        return new Guest(sandbox, sandbox.start(board.command(card, 0, ""), Map.of()), key, 0, 0);
    }

    /// Waits until its console has said that.
    void awaitConsole(String text) throws IOException, InterruptedException {
        machine.awaitLine(text, BOOT);
    }

    /// The last lines of its console.
    List<String> console() {
        return machine.output();
    }

    /// Logs in as soon as it lets somebody in, and keeps a way to the daemon, which listens to nobody but the device
    /// itself.
    Guest connect() throws IOException, InterruptedException {
        long end = System.nanoTime() + BOOT.toNanos();
        while (true) {
            var master = sandbox.start(
                    ssh("-M", "-N", "-o", "ExitOnForwardFailure=yes", "-L", http + ":127.0.0.1:8080", "pi@127.0.0.1"),
                    Map.of());
            while (master.alive() && !Files.exists(socket())) {
                TimeUnit.MILLISECONDS.sleep(200);
            }
            if (master.alive()) {
                return this;
            }
            if (!machine.alive() || System.nanoTime() > end) {
                throw new IOException("nobody could log in: " + String.join("\n", master.output()) + "\nthe console:\n"
                        + String.join("\n", console()));
            }
            TimeUnit.SECONDS.sleep(1);
        }
    }

    /// Runs commands there as `pi`.
    ///
    /// @return what they wrote
    String run(String commands) throws IOException, InterruptedException {
        return String.join(
                "\n",
                sandbox.start(ssh("pi@127.0.0.1", "PATH=$PATH:/usr/sbin\n" + commands), Map.of())
                        .awaitSuccess(COMMAND));
    }

    private List<String> ssh(String... more) {
        var fixed = List.of(
                "ssh",
                "-i",
                key.toString(),
                "-p",
                String.valueOf(ssh),
                "-o",
                "BatchMode=yes",
                "-o",
                "LogLevel=ERROR",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "ConnectTimeout=60",
                "-o",
                "ServerAliveInterval=20",
                "-o",
                "ServerAliveCountMax=20",
                "-S",
                socket().toString());
        var all = new ArrayList<>(fixed);
        all.addAll(List.of(more));
        return all;
    }

    private Path socket() {
        return key.resolveSibling("ssh-" + ssh);
    }

    /// The root of the daemon's HTTP interface, once [#connect] has returned.
    URI http() {
        return URI.create("http://127.0.0.1:" + http);
    }

    /// Waits until a command there ends with success, and returns what it wrote.
    String await(String command) throws IOException, InterruptedException {
        return run("end=$((SECONDS + 540)); until " + command + "; do [ $SECONDS -lt $end ] || exit 9; sleep 2; done");
    }

    /// Pulls the plug.
    void cut() throws IOException {
        machine.kill();
        Files.deleteIfExists(socket());
    }

    /// Shuts it down in good order.
    void powerOff() throws IOException, InterruptedException {
        run("sudo systemctl --no-block poweroff");
        machine.awaitSuccess(COMMAND);
        Files.deleteIfExists(socket());
    }
}
