package dev.fern.mqtt;

import dev.fern.Fleet;
import dev.fern.FleetProvider;
import dev.fern.Settings;

/// Opens the fleet of an MQTT broker; found by [java.util.ServiceLoader].
public final class MqttFleetProvider implements FleetProvider {
    /// What all statuses may take of the heap: a fourth, in characters of a byte each.
    private static final int HEAP_SHARE = 4;

    @Override
    public Fleet open(Settings.Broker broker) {
        var fleet = new MqttFleet(broker, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
        fleet.open();
        return fleet;
    }
}
