package dev.fern.daemon;

import dev.fern.Settings;
import dev.fern.cli.Cli;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// What `fern` runs.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // before the first logger; the name alone does not initialise the class, which would be too late
        System.setProperty("java.util.logging.manager", LogKeeper.class.getName());
        int code = Cli.run(args, Main::run, new Inspector());
        Trial.over();
        System.exit(code);
    }

    /// The daemon in the foreground, until SIGTERM or SIGINT.
    private static int run(Settings settings) throws InterruptedException {
        LogFormat.install();
        Thread.setDefaultUncaughtExceptionHandler(Main::uncaught);
        var systemd = new Notifier(System.getenv(), ProcessHandle.current().pid());
        var daemon = new Daemon(settings, fdkJars(), systemd);
        var stopped = new CountDownLatch(1);
        try {
            daemon.start();
            Trial.over();
        } catch (StartException e) {
            System.err.println("fern: " + e.getMessage());
            systemd.status(String.valueOf(e.getMessage()));
            daemon.close();
            return e.exitCode();
        }
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("fern-stop").unstarted(() -> {
                    systemd.stopping();
                    daemon.close();
                    stopped.countDown();
                }));
        stopped.await();
        return 0;
    }

    /// A thread of the daemon's that ends for want of memory takes the process with it, so that systemd
    /// starts it again; a function's thread, which is known by its class loader, ends alone.
    private static void uncaught(Thread thread, Throwable e) {
        try {
            System.err.println("Exception in thread \"" + thread.getName() + "\"");
            e.printStackTrace();
        } finally {
            if (e instanceof OutOfMemoryError && Main.class.getClassLoader().equals(thread.getContextClassLoader())) {
                Runtime.getRuntime().halt(1);
            }
        }
    }

    /// `lib/fdk`, beside the jar this class is in.
    static Path fdkJars() {
        var home = System.getProperty("fern.fdk");
        if (home != null) {
            return Path.of(home);
        }
        try {
            var jar = Path.of(Main.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return jar.resolveSibling("fdk");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
