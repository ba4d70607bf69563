package dev.fern.sensor;

import dev.fern.Settings;
import java.math.BigDecimal;
import java.util.Map;

/// A chip of which one register, or two in a row, are the value.
final class Register implements Sensor {
    private final String bus;
    private final Settings.Register register;
    private final Chip.Opening opening;

    Register(String bus, Settings.Register register, Chip.Opening opening) {
        this.bus = bus;
        this.register = register;
        this.opening = opening;
    }

    @Override
    public String bus() {
        return bus;
    }

    @Override
    public Reading read() throws SensorException {
        try (var chip = opening.open()) {
            return reading(chip.read(register.number(), register.format().endsWith("8") ? 1 : 2));
        }
    }

    private Reading reading(byte[] bytes) {
        int one = bytes[0] & 0xFF;
        int raw = switch (register.format()) {
            case "s8" -> bytes[0];
            case "u16be" -> one << 8 | bytes[1] & 0xFF;
            case "u16le" -> one | (bytes[1] & 0xFF) << 8;
            case "s16be" -> (short) (one << 8 | bytes[1] & 0xFF);
            case "s16le" -> (short) (one | (bytes[1] & 0xFF) << 8);
            default -> one;
        };
        return of(register, raw);
    }

    static Reading of(Settings.Register register, int raw) {
        var value = new BigDecimal(raw).multiply(register.scale()).add(register.offset());
        return new Reading(Map.of(register.name(), value), register.unit());
    }
}
