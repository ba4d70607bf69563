package dev.fern.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What is there for one run of this process only. It is cleared when the process ends, however it is told to, but not
/// before what ran in it has ended, since a daemon that stops still says goodbye to its broker and writes to its
/// folder.
final class Scratch {
    private static final Duration LONGEST_END = Duration.ofSeconds(15);

    private final Path folder;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean running;
    private volatile @Nullable PrivateBroker broker;

    Scratch() throws IOException {
        folder = Files.createTempDirectory("fern-dev-");
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("fern-clear").unstarted(this::clear));
    }

    /// A new folder in it.
    Path folder(String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    void closeAtEnd(PrivateBroker broker) {
        this.broker = broker;
    }

    /// Does what needs all of it.
    <T> T during(Callable<T> work) throws Exception {
        running = true;
        try {
            return work.call();
        } finally {
            over.countDown();
        }
    }

    private void clear() {
        try {
            // in the other case it is being built, which nobody waits for
            boolean ended = !running || over.await(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
            if (broker instanceof PrivateBroker open) {
                open.close();
            }
            if (ended) {
                remove();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // it is in the temporary folder, which is cleared in the end
        }
    }

    private void remove() throws IOException {
        try (var all = Files.walk(folder)) {
            for (var one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(one);
            }
        }
    }
}
