package dev.fern.linux;

import java.io.IOException;

/// A system call that failed.
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1;

    /// "No such file or directory" (errno(3)).
    public static final int ENOENT = 2;
    /// "No such device or address": the device is gone.
    public static final int ENXIO = 6;
    /// "Permission denied".
    public static final int EACCES = 13;
    /// "Device or resource busy".
    public static final int EBUSY = 16;
    /// "No such device".
    public static final int ENODEV = 19;
    /// "Invalid argument".
    public static final int EINVAL = 22;
    /// "Remote I/O error": a chip on the bus did not answer.
    public static final int EREMOTEIO = 121;

    private final int errno;

    ErrnoException(String what, int errno, String text) {
        super(what + ": " + text);
        this.errno = errno;
    }

    /// As errno(3) numbers it on every architecture Fern runs on.
    public int errno() {
        return errno;
    }
}
