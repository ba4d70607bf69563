package dev.fern;

/// Opens the fleet of a broker; found by [java.util.ServiceLoader].
public interface FleetProvider {
    /// Connects, and waits for that at most 10 s. Whether it worked is what [Fleet#health] says.
    Fleet open(Settings.Broker broker);
}
