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
import java.util.regex.Pattern;

/// A device that runs from a card, until it is closed. It is spoken to as its owner does: by SSH, with the key that was
/// put onto the card.
final class Guest implements AutoCloseable {
    /// An emulated machine on a busy one takes its time.
    private static final Duration BOOT = Duration.ofMinutes(20);

    private static final Duration COMMAND = Duration.ofMinutes(10);

    /// Colours and the like.
    private static final Pattern ESCAPES =
            Pattern.compile("\\x1B(\\[[0-9;?]*[A-Za-z]|\\][^\\x07\\x1B]*(\\x07|\\x1B\\\\)?|[()][A-Z0-9])");

    private final Sandbox sandbox;
    private final Child machine;
    private final Path log;
    private final Path key;
    private final int ssh;
    private final int http;
    private final List<String> console = new ArrayList<>();

    private Guest(Sandbox sandbox, Child machine, Card card, Path key, int ssh, int http) {
        this.sandbox = sandbox;
        this.machine = machine;
        this.log = card.log();
        this.key = key;
        this.ssh = ssh;
        this.http = http;
        machine.follow(this::hear);
    }

    private synchronized void hear(String line) {
        var text = ESCAPES.matcher(line).replaceAll("");
        console.add(text);
        notifyAll();
        try {
            Files.writeString(log, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Switches it on.
    ///
    /// @param more for the kernel's command line
    static Guest boot(Sandbox sandbox, Board board, Card card, Path key, Board.Wires wires, String more)
            throws IOException, InterruptedException {
        int ssh = Sandbox.freePort();
        var machine = sandbox.start(board.command(card, ssh, wires, more), Map.of());
        return new Guest(sandbox, machine, card, key, ssh, Sandbox.freePort());
    }

    /// The same with nothing plugged into its network port.
    static Guest bootAlone(Sandbox sandbox, Board board, Card card, Path key) throws IOException, InterruptedException {
        return new Guest(
                sandbox, sandbox.start(board.command(card, 0, Board.Wires.NONE, ""), Map.of()), card, key, 0, 0);
    }

    /// Waits until its console has said that.
    synchronized void awaitConsole(String text) throws IOException, InterruptedException {
        long end = System.nanoTime() + BOOT.toNanos();
        while (console.stream().noneMatch(line -> line.contains(text))) {
            if (!machine.alive() || System.nanoTime() > end) {
                throw new IOException("the console did not say '" + text + "':\n" + String.join("\n", console()));
            }
            wait(1000);
        }
    }

    /// What its console has said, without colours.
    synchronized List<String> console() {
        return List.copyOf(console);
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
        return run(commands, COMMAND);
    }

    /// The same with a limit of its own.
    String run(String commands, Duration limit) throws IOException, InterruptedException {
        return String.join(
                "\n",
                sandbox.start(ssh("pi@127.0.0.1", "PATH=$PATH:/usr/sbin\n" + commands), Map.of())
                        .awaitSuccess(limit));
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
        return sandbox.folder().resolve("ssh-" + ssh);
    }

    /// The root of the daemon's HTTP interface, once [#connect] has returned.
    URI http() {
        return URI.create("http://127.0.0.1:" + http);
    }

    /// Waits until a command there ends with success, and returns what it wrote.
    String await(String command) throws IOException, InterruptedException {
        return run("end=$((SECONDS + 540)); until " + command + "; do [ $SECONDS -lt $end ] || exit 9; sleep 2; done");
    }

    /// Pulls the plug, if it is not out already.
    @Override
    public void close() throws IOException {
        machine.kill();
        Files.deleteIfExists(socket());
    }

    /// Shuts it down in good order.
    void powerOff() throws IOException, InterruptedException {
        // later, as its answer could not come any more
        run("sudo nohup sh -c 'sleep 2; systemctl poweroff' >/dev/null 2>&1 </dev/null &");
        machine.awaitSuccess(COMMAND);
        Files.deleteIfExists(socket());
    }
}
