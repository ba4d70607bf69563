package dev.fern.mqtt;

import dev.fern.Fleet;
import dev.fern.FleetProvider;
import dev.fern.Settings;

/// Opens the fleet of an MQTT broker; found by [java.util.ServiceLoader].
public final class MqttFleetProvider implements FleetProvider {
    @Override
    public Fleet open(Settings.Broker broker) {
        var fleet = new MqttFleet(broker);
        fleet.open();
        return fleet;
    }
}
