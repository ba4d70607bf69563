package dev.fern.gpio;

import dev.fern.Adapter;
import dev.fern.AdapterProvider;
import dev.fern.Control;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Time;

/// Makes the adapter for pins: on the simulated board if `device.board` is `simulated`, else on none, since
/// this version has no driver for real pins.
public final class GpioProvider implements AdapterProvider {
    @Override
    public Adapter create(Settings settings, Time time, Metrics metrics, Control control) {
        var board = settings.device().board().equals("simulated") ? new SimulatedBoard(time) : null;
        return new GpioAdapter(settings, time, metrics, board);
    }
}
