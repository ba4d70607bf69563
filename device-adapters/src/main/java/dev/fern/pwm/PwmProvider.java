package dev.fern.pwm;

import dev.fern.Adapter;
import dev.fern.AdapterProvider;
import dev.fern.Control;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Time;
import java.nio.file.Path;

/// Makes the adapter for PWM channels: those of the kernel, or simulated ones if `device.board` is `simulated`.
public final class PwmProvider implements AdapterProvider {
    @Override
    public Adapter create(Settings settings, Time time, Metrics metrics, Control control) {
        boolean simulated = settings.device().board().equals("simulated");
        var chips = simulated ? new SimulatedChips() : new SysfsChips(Path.of("/sys/class/pwm"), new Attributes());
        return new PwmAdapter(chips, time, metrics);
    }
}
