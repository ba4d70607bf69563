package dev.fern;

/// Found by [java.util.ServiceLoader], makes an adapter.
public interface AdapterProvider {
    /// Cheap: connects to nothing.
    Adapter create(Settings settings, Time time, Metrics metrics, Control control);
}
