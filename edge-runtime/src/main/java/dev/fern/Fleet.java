package dev.fern;

import java.util.Map;

/// The devices of a broker, as they tell of themselves under `PREFIX/DEVICE/status` and `PREFIX/DEVICE/online`. It
/// hears them from when it was opened until it is closed: first, one after the other, what they told last. Any thread.
public interface Fleet extends AutoCloseable {
    /// What one device has told.
    ///
    /// @param online false once the broker has said that it is gone
    /// @param statusJson as `GET /fern/status` of it; empty before it told
    record Device(boolean online, String statusJson) {}

    /// Whether the broker is there; what is heard without it is old.
    Health health();

    /// All that were heard of, by id.
    Map<String, Device> devices();

    /// How often a device was heard of. While it grows after the opening, not all has come.
    long heard();

    /// How often what was told was not kept, as there is no room for more.
    long left();

    /// Asks every device to look at the cloud now.
    void nudge();

    @Override
    void close();
}
