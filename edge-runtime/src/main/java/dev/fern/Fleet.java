package dev.fern;

import java.util.Map;

/// The devices of a broker, as they tell of themselves under `PREFIX/DEVICE/status` and `PREFIX/DEVICE/online`. It
/// hears
/// them from when it was opened until it is closed. Any thread.
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

    /// Asks every device to look at the cloud now.
    void nudge();

    @Override
    void close();
}
