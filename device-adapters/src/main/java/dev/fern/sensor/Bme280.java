package dev.fern.sensor;

import java.util.Locale;

/// Bosch BME280 and, without humidity, BMP280 (datasheets BST-BME280-DS002, BST-BMP280-DS001). Each reading is one
/// measurement in forced mode, with each quantity once and no filter: the chip sleeps in between. The calibration is
/// read
/// each time, for the chip may have been replaced.
final class Bme280 implements Sensor {
    private static final int CHIP_ID = 0xD0;
    private static final int BME280 = 0x60;
    private static final int BMP280 = 0x58;
    private static final int HUMIDITY_CONTROL = 0xF2;
    private static final int STATUS = 0xF3;
    /// Bit 3: measuring; bit 0: the calibration is being copied, just after power came.
    private static final int BUSY = 0b1001;

    private static final int CONTROL = 0xF4;
    private static final int CONFIG = 0xF5;
    private static final int DATA = 0xF7;
    private static final int ONCE = 1;
    /// Temperature once, pressure once, one measurement.
    private static final int FORCED = 1 << 5 | 1 << 2 | 1;
    /// The longest such a measurement takes is 9.3 ms (section 9.1).
    private static final int MEASURING_MS = 10;

    private static final int LOOK_MS = 2;
    private static final int LOOKS = 25;

    private final String bus;
    private final Chip.Opening opening;

    Bme280(String bus, Chip.Opening opening) {
        this.bus = bus;
        this.opening = opening;
    }

    @Override
    public String bus() {
        return bus;
    }

    @Override
    public Reading read() throws SensorException, InterruptedException {
        try (var chip = opening.open()) {
            int id = chip.read(CHIP_ID, 1)[0] & 0xFF;
            if (id != BME280 && id != BMP280) {
                throw new SensorException(
                        String.format(Locale.ROOT, "the chip there says 0x%02x, which is no BME280 or BMP280", id),
                        "correct the address (0x76 or 0x77), or the driver");
            }
            boolean humid = id == BME280;
            idle(chip);
            var calibration = Bme280Calibration.of(chip, humid);
            chip.write(CONFIG, 0);
            if (humid) {
                chip.write(HUMIDITY_CONTROL, ONCE); // counts from the next write to CONTROL on
            }
            chip.write(CONTROL, FORCED);
            Thread.sleep(MEASURING_MS);
            idle(chip);
            return calibration.reading(chip.read(DATA, humid ? 8 : 6));
        }
    }

    private static void idle(Chip chip) throws SensorException, InterruptedException {
        for (int look = 0; (chip.read(STATUS, 1)[0] & BUSY) != 0; look++) {
            if (look == LOOKS) {
                throw new SensorException(
                        "the chip does not end its measurement", "take its power away and give it again");
            }
            Thread.sleep(LOOK_MS);
        }
    }
}
