package dev.fern.wasm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// Standard input, output and error of one call, which are all the files there are.
final class Streams {
    static final int IN = 0;
    static final int OUT = 1;
    static final int ERR = 2;

    /// Layout of `fdstat` and `filestat`, and rights in it: to read, to write, to poll.
    private static final int FDSTAT = 24;

    private static final int FILESTAT = 64;
    private static final long READ = 1 << 1;
    private static final long WRITE = 1 << 6;
    private static final long POLL = 1 << 27;

    /// Buffers of one read or write, as IOV_MAX of Linux.
    private static final int VECTORS = 1024;

    private final byte[] in;
    private final OutputStream err;
    private final Bounded out;
    private final boolean[] closed = new boolean[3];
    private int read;

    Streams(byte[] in, OutputStream err, int answerBytes) {
        this.in = in;
        this.err = err;
        out = new Bounded(answerBytes);
    }

    byte[] answer() {
        return out.toByteArray();
    }

    int available() {
        return in.length - read;
    }

    /// The error number if it is none of the three, or closed, else the other.
    int otherwise(int fd, int errno) {
        return fd < IN || fd > ERR || closed[fd] ? Wasi.BADF : errno;
    }

    int close(int fd) {
        int errno = otherwise(fd, Wasi.SUCCESS);
        if (errno == Wasi.SUCCESS) {
            closed[fd] = true;
        }
        return errno;
    }

    int read(LinearMemory memory, int fd, int vectors, int count, int result) {
        if (fd != IN || closed[IN]) {
            return Wasi.BADF;
        }
        if (count < 0 || count > VECTORS) {
            return Wasi.INVAL;
        }
        int before = read;
        for (int i = 0; i < count && available() > 0; i++) {
            int at = vectors + 8 * i;
            long room = Integer.toUnsignedLong(memory.readInt(at + 4));
            int part = (int) Math.min(room, available());
            memory.write(memory.readInt(at), in, read, part);
            read += part;
        }
        memory.writeI32(result, read - before);
        return Wasi.SUCCESS;
    }

    int write(LinearMemory memory, int fd, int vectors, int count, int result) {
        if (fd != OUT && fd != ERR || closed[fd]) {
            return Wasi.BADF;
        }
        if (count < 0 || count > VECTORS) {
            return Wasi.INVAL;
        }
        int written = 0;
        for (int i = 0; i < count; i++) {
            int at = vectors + 8 * i;
            int length = memory.readInt(at + 4);
            try {
                memory.send(memory.readInt(at), length, fd == OUT ? out : err);
            } catch (IOException e) {
                throw Exit.because(String.valueOf(e.getMessage()));
            }
            written += length;
        }
        memory.writeI32(result, written);
        return Wasi.SUCCESS;
    }

    int fdstat(LinearMemory memory, int fd, int to) {
        int errno = otherwise(fd, Wasi.SUCCESS);
        if (errno == Wasi.SUCCESS) {
            memory.write(to, new byte[FDSTAT]); // of no kind, so no terminal: programs buffer what they write
            memory.writeLong(to + 8, POLL | (fd == IN ? READ : WRITE));
        }
        return errno;
    }

    int filestat(LinearMemory memory, int fd, int to) {
        int errno = otherwise(fd, Wasi.SUCCESS);
        if (errno == Wasi.SUCCESS) {
            memory.write(to, new byte[FILESTAT]);
        }
        return errno;
    }

    /// Refuses what is more than that.
    private static final class Bounded extends ByteArrayOutputStream {
        private final int most;

        Bounded(int most) {
            this.most = most;
        }

        @Override
        public synchronized void write(byte[] from, int offset, int length) {
            if (length > most - count) {
                throw Exit.because("the answer is larger than " + most + " bytes");
            }
            super.write(from, offset, length);
        }
    }
}
