package dev.fern.cli;

import dev.fern.Settings;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The pins of this machine, as `fern doctor` looks at them.
///
/// @param devices where the kernel shows its chips (gpio(4): /dev/gpiochipN)
record Board(Path devices) {
    static Board ofThisMachine() {
        return new Board(Path.of("/dev"));
    }

    /// @param functions as the daemon's status has them
    Finding pins(Settings settings, List<JsonObject> functions) throws IOException {
        boolean wanted = !settings.pins().isEmpty() || functions.stream().anyMatch(Board::usesPins);
        if (settings.device().board().equals("simulated")) {
            return Finding.ok("pins", "the board is simulated (device.board): nothing here is connected");
        }
        if (!wanted) {
            return Finding.ok("pins", "none is asked for");
        }
        try (var chips = Files.newDirectoryStream(devices, "gpiochip*")) {
            String found = null;
            for (var chip : chips) {
                found = found == null ? chip.toString() : found + ", " + chip;
                if (!Files.isReadable(chip) || !Files.isWritable(chip)) {
                    return Finding.problem(
                            "pins",
                            System.getProperty("user.name") + " may not open " + chip,
                            "ask as the daemon's user (sudo -u fern fern doctor), else: sudo usermod -aG gpio fern");
                }
            }
            if (found != null) {
                return Finding.ok("pins", found + " can be opened");
            }
        }
        return Finding.problem(
                "pins",
                "this machine has none: there is no " + devices + "/gpiochip0",
                "run Fern on a board with pins, or set device.board: simulated");
    }

    private static boolean usesPins(JsonObject function) {
        return List.of("triggers", "targets").stream()
                .flatMap(key -> function.arrayValue(key).stream())
                .map(JsonArray::values)
                .flatMap(List::stream)
                .anyMatch(value ->
                        value instanceof JsonString text && text.value().startsWith("gpio:"));
    }
}
