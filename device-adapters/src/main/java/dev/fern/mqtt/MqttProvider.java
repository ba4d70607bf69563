package dev.fern.mqtt;

import dev.fern.Adapter;
import dev.fern.AdapterProvider;
import dev.fern.Control;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Time;

/// Makes the adapter of type `mqtt`; found by [java.util.ServiceLoader].
public final class MqttProvider implements AdapterProvider {
    @Override
    public Adapter create(Settings settings, Time time, Metrics metrics, Control control) {
        return new MqttAdapter(settings, time, metrics, control);
    }
}
