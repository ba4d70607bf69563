package dev.fern.process;

import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// A launcher for daemons that may start nothing themselves: listens on a Unix socket, and starts what [Allowed] lets
/// pass, in sandboxes, for the users it was told. Holds no state: a child lives as long as its connection.
final class LauncherServer {
    /// Connections at once; each is one child.
    static final int CONNECTIONS = 100;
    /// How long a connection may take to say what it wants.
    static final long SILENCE_MS = 10_000;

    private static final System.Logger LOG = System.getLogger("fern.process");

    private final ServerSocketChannel door;
    private final Set<UserPrincipal> users;
    private final Allowed allowed;
    private final Homes homes;
    private final long idleNanos;
    private final Map<Served, SocketChannel> connections = new ConcurrentHashMap<>();
    private @Nullable LocalLauncher launcher;
    private volatile long used = System.nanoTime();

    /// @param door listens already
    /// @param users who may connect
    /// @param folder for the sockets of functions
    /// @param idleS ends after so long without a connection; 0: never
    LauncherServer(ServerSocketChannel door, Set<UserPrincipal> users, Allowed allowed, Path folder, long idleS) {
        this.door = door;
        this.users = Set.copyOf(users);
        this.allowed = allowed;
        homes = Homes.in(folder);
        idleNanos = TimeUnit.SECONDS.toNanos(idleS);
    }

    /// Serves until the door is closed, or it has been idle.
    void run() throws IOException {
        Thread.ofPlatform().name("fern-launcher-clock").daemon(true).start(this::look);
        try {
            while (true) {
                welcome(door.accept());
            }
        } catch (ClosedChannelException e) {
            LOG.log(Level.INFO, "no work is left, the launcher ends");
        } finally {
            close();
        }
    }

    private void welcome(SocketChannel connection) {
        try {
            var user = connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
            if (!users.contains(user)) {
                LOG.log(Level.WARNING, "user {0} asked for a process and may not; see --for", user.getName());
                connection.close();
            } else if (connections.size() >= CONNECTIONS) {
                LOG.log(Level.WARNING, "more than {0} connections: one is refused", CONNECTIONS);
                Frame.of(Frame.FAILED, "the launcher has " + CONNECTIONS + " processes already")
                        .write(connection);
                connection.close();
            } else {
                var served = new Served(connection, new Source());
                used = System.nanoTime();
                connections.put(served, connection);
                Thread.ofPlatform()
                        .name("fern-launcher-connection")
                        .daemon(true)
                        .start(() -> {
                            try {
                                served.run();
                            } finally {
                                used = System.nanoTime();
                                connections.remove(served);
                            }
                        });
            }
        } catch (IOException e) {
            // it has gone again
        }
    }

    /// Ends connections that say nothing, and itself when there are none.
    private void look() {
        var since = new HashMap<Served, Long>();
        try {
            while (door.isOpen()) {
                TimeUnit.SECONDS.sleep(1);
                long now = System.nanoTime();
                for (var one : connections.entrySet()) {
                    if (one.getKey().asked()) {
                        since.remove(one.getKey());
                    } else if (now - since.computeIfAbsent(one.getKey(), _ -> now) > SILENCE_MS * 1_000_000) {
                        since.remove(one.getKey());
                        one.getValue().close();
                    }
                }
                since.keySet().retainAll(connections.keySet());
                if (idleNanos > 0 && connections.isEmpty() && now - used > idleNanos) {
                    door.close();
                }
            }
        } catch (IOException | InterruptedException e) {
            LOG.log(Level.WARNING, "silent connections are not ended any more", e);
        }
    }

    private synchronized LocalLauncher launcher() throws IOException {
        var made = launcher;
        if (made == null) {
            try {
                made = Launchers.local(Guards.find(), homes, Cgroups.take(), new Metrics());
            } catch (InvalidDefinitionException e) {
                throw new IOException(e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            launcher = made;
        }
        return made;
    }

    private synchronized void close() {
        if (launcher != null) {
            launcher.close();
        }
    }

    private final class Source implements Served.Source {
        @Override
        public LocalChild start(Order order) throws IOException {
            return launcher().start(allowed.check(order));
        }

        @Override
        public List<String> guards() throws IOException {
            return launcher().guards();
        }
    }
}
