package dev.fern.webhook;

import dev.fern.Adapter;
import dev.fern.AdapterProvider;
import dev.fern.Control;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Time;

/// Makes the adapter of type `cloud`; found by [java.util.ServiceLoader].
public final class CloudProvider implements AdapterProvider {
    @Override
    public Adapter create(Settings settings, Time time, Metrics metrics, Control control) {
        return new CloudAdapter(settings.cloud(), time, metrics);
    }
}
