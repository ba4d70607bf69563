package dev.fern.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// One daemon a state folder. The system gives the lock back however this process ends.
final class Lock implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;

    private Lock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /// Makes the folder if there is none, and locks it.
    ///
    /// @throws StartException if another daemon has it, or it cannot be written
    static Lock on(Path folder) throws StartException {
        try {
            Files.createDirectories(folder);
            var channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                var lock = channel.tryLock();
                if (lock != null) {
                    return new Lock(channel, lock);
                }
            } catch (OverlappingFileLockException e) {
                // this very process has it
            }
            channel.close();
            throw new StartException(
                    "another Fern runs on " + folder, "stop it, or give this one a folder of its own with --data", 1);
        } catch (IOException e) {
            throw new StartException(
                    "cannot keep state in " + folder + ": " + e, "make it writable or choose another with --data", 78);
        }
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
