package dev.fern.gpio;

import dev.fern.Adapter;
import dev.fern.AdapterProvider;
import dev.fern.Control;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Time;
import java.nio.file.Path;

/// Makes the adapter for pins: on the simulated board if `device.board` is `simulated`, else on this machine's.
public final class GpioProvider implements AdapterProvider {
    @Override
    public Adapter create(Settings settings, Time time, Metrics metrics, Control control) {
        var wanted = settings.device().board();
        var board = wanted.equals("simulated")
                ? new SimulatedBoard(time)
                : new KernelBoard(Path.of("/dev"), wanted.equals("pi"));
        return new GpioAdapter(settings, time, metrics, board);
    }
}
