package dev.fern.sensor;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// What the maker measured of one chip, and the formulas that make units of its raw numbers: those in integers, with 64
/// bits for the pressure (BST-BME280-DS002, 4.2.3 and 8.2). Names are the datasheet's.
///
/// @param t dig_T1 to dig_T3
/// @param p dig_P1 to dig_P9
/// @param h dig_H1 to dig_H6, or null if the chip has no humidity
record Bme280Calibration(int[] t, int[] p, int @Nullable [] h) {
    private static final int FIRST = 0x88;
    private static final int H1 = 0xA1;
    private static final int SECOND = 0xE1;
    private static final int SKIPPED = 0x80000;
    private static final BigDecimal PA_256 = new BigDecimal(256 * 100);
    private static final BigDecimal PERCENT_1024 = new BigDecimal(1024);
    private static final int PLACES = 2;

    static Bme280Calibration of(Chip chip, boolean humid) throws SensorException {
        var first = chip.read(FIRST, 24);
        var t = new int[] {unsigned(first, 0), signed(first, 2), signed(first, 4)};
        var p = new int[9];
        for (int i = 0; i < p.length; i++) {
            p[i] = i == 0 ? unsigned(first, 6) : signed(first, 6 + 2 * i);
        }
        if (p[0] == 0 || t[0] == 0) {
            throw new SensorException("the chip has no calibration", "replace it");
        }
        if (!humid) {
            return new Bme280Calibration(t, p, null);
        }
        var e = chip.read(SECOND, 7);
        int middle = e[4] & 0xFF;
        return new Bme280Calibration(t, p, new int[] {
            chip.read(H1, 1)[0] & 0xFF,
            signed(e, 0),
            e[2] & 0xFF,
            e[3] << 4 | middle & 0x0F, // 12 bits each, of three bytes
            e[5] << 4 | middle >> 4,
            e[6]
        });
    }

    private static int unsigned(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8;
    }

    private static int signed(byte[] bytes, int at) {
        return (short) unsigned(bytes, at);
    }

    /// @param data registers 0xF7 and on: pressure and temperature of 20 bits each, humidity of 16
    Reading reading(byte[] data) throws SensorException {
        int adcP = twenty(data, 0);
        int adcT = twenty(data, 3);
        if (adcP == SKIPPED || adcT == SKIPPED) {
            throw new SensorException("the chip has measured nothing", "take its power away and give it again");
        }
        int fine = fine(adcT);
        var values = new LinkedHashMap<String, BigDecimal>();
        values.put("temperature", BigDecimal.valueOf(hundredthsC(fine), PLACES));
        if (h != null) {
            int adcH = (data[6] & 0xFF) << 8 | data[7] & 0xFF;
            values.put("humidity", divide(humidity1024(adcH, fine, h), PERCENT_1024));
        }
        values.put("pressure", divide(pascal256(adcP, fine), PA_256));
        return new Reading(values, null);
    }

    private static BigDecimal divide(long number, BigDecimal by) {
        return BigDecimal.valueOf(number).divide(by, PLACES, RoundingMode.HALF_UP);
    }

    private static int twenty(byte[] data, int at) {
        return (data[at] & 0xFF) << 12 | (data[at + 1] & 0xFF) << 4 | (data[at + 2] & 0xFF) >> 4;
    }

    /// t_fine, the temperature that the other formulas need.
    int fine(int adcT) {
        int var1 = ((adcT >> 3) - (t[0] << 1)) * t[1] >> 11;
        int off = (adcT >> 4) - t[0];
        int var2 = (off * off >> 12) * t[2] >> 14;
        return var1 + var2;
    }

    int hundredthsC(int fine) {
        return fine * 5 + 128 >> 8;
    }

    /// In 256ths of a pascal.
    long pascal256(int adcP, int fine) {
        long var1 = fine - 128_000L;
        long var2 = var1 * var1 * p[5];
        var2 += var1 * p[4] << 17;
        var2 += (long) p[3] << 35;
        var1 = (var1 * var1 * p[2] >> 8) + (var1 * p[1] << 12);
        var1 = ((1L << 47) + var1) * p[0] >> 33;
        if (var1 == 0) {
            return 0;
        }
        long pressure = 1_048_576L - adcP;
        pressure = ((pressure << 31) - var2) * 3125 / var1;
        var1 = p[8] * (pressure >> 13) * (pressure >> 13) >> 25;
        var2 = p[7] * pressure >> 19;
        return (pressure + var1 + var2 >> 8) + ((long) p[6] << 4);
    }

    /// In 1024ths of a percent, from 0 to 100 percent.
    static int humidity1024(int adcH, int fine, int[] h) {
        int v = fine - 76_800;
        int slope = (v * h[5] >> 10) * ((v * h[2] >> 11) + 32_768) >> 10;
        v = ((adcH << 14) - (h[3] << 20) - h[4] * v + 16_384 >> 15) * ((slope + 2_097_152) * h[1] + 8192 >> 14);
        v -= ((v >> 15) * (v >> 15) >> 7) * h[0] >> 4;
        return Math.clamp(v, 0, 419_430_400) >> 12;
    }
}
