package dev.fern.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// inotify(7): tells of files of one folder that came, went, or may be opened by others than before. To be waited for
/// in a [Poll]. One thread.
public final class Watch implements AutoCloseable {
    private static final int IN_NONBLOCK = 0x800;
    private static final int IN_CLOEXEC = 0x80000;
    private static final int IN_ATTRIB = 0x4;
    private static final int IN_CREATE = 0x100;
    private static final int IN_DELETE = 0x200;
    private static final long LENGTH = 12;
    private static final long NAME = 16;
    private static final long BUFFER = 4096;

    private final Device device;

    /// @throws ErrnoException if the folder cannot be watched
    public Watch(Path folder) throws IOException {
        device = Device.of("inotify", Libc.inotifyInit(IN_NONBLOCK | IN_CLOEXEC));
        try (var arena = Arena.ofConfined()) {
            var path = arena.allocateFrom(folder.toString());
            Libc.inotifyAddWatch(folder.toString(), device.fd(), path, IN_ATTRIB | IN_CREATE | IN_DELETE);
        } catch (IOException e) {
            device.close();
            throw e;
        }
    }

    /// What can be read from when there is something to tell.
    public Device device() {
        return device;
    }

    /// The names of the files that something happened to; some of them, if it is much.
    ///
    /// @throws ErrnoException also if there is nothing to tell
    public List<String> names() throws IOException {
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(BUFFER, JAVA_INT.byteAlignment());
            long read = device.read(buffer);
            var names = new ArrayList<String>();
            for (long at = 0; at + NAME <= read; at += NAME + buffer.get(JAVA_INT, at + LENGTH)) {
                if (buffer.get(JAVA_INT, at + LENGTH) > 0) {
                    names.add(buffer.getString(at + NAME));
                }
            }
            return names;
        }
    }

    @Override
    public void close() {
        device.close();
    }
}
