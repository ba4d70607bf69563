package dev.fern.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A GPIO chip of the kernel's gpio-sim, in a [Uml]: its lines are pulled up and down from outside as wires would be.
public final class SimulatedChip {
    private static final Path ALL = Path.of("/sys/kernel/config/gpio-sim");

    private final Path folder;
    private Path lines;

    /// Makes one and plugs it in.
    ///
    /// @param label what the kernel calls it, such as `pinctrl-bcm2711`
    /// @param names of lines that have one
    public SimulatedChip(String label, int count, Map<Integer, String> names) throws IOException {
        folder = ALL.resolve(label);
        var bank = folder.resolve("bank");
        Files.createDirectories(bank);
        Files.writeString(bank.resolve("num_lines"), String.valueOf(count));
        Files.writeString(bank.resolve("label"), label);
        for (var name : names.entrySet()) {
            var line = Files.createDirectory(bank.resolve("line" + name.getKey()));
            Files.writeString(line.resolve("name"), name.getValue());
        }
        lines = plugIn();
    }

    /// Puts it back after [#unplug].
    public void plug() throws IOException {
        lines = plugIn();
    }

    private Path plugIn() throws IOException {
        live("1");
        return Path.of(
                "/sys/devices/platform",
                Files.readString(folder.resolve("dev_name")).strip(),
                Files.readString(folder.resolve("bank/chip_name")).strip());
    }

    /// Takes it away, whoever has lines of it.
    public void unplug() throws IOException {
        live("0");
    }

    private void live(String value) throws IOException {
        Files.writeString(folder.resolve("live"), value);
    }

    /// Connects an input to that level.
    public void drive(int line, boolean high) throws IOException {
        Files.writeString(of(line).resolve("pull"), high ? "pull-up" : "pull-down");
    }

    /// The level of a line.
    public boolean high(int line) throws IOException {
        return Files.readString(of(line).resolve("value")).strip().equals("1");
    }

    /// The resistor of a line: pull-up or pull-down.
    public String pull(int line) throws IOException {
        return Files.readString(of(line).resolve("pull")).strip();
    }

    private Path of(int line) {
        return lines.resolve("sim_gpio" + line);
    }
}
