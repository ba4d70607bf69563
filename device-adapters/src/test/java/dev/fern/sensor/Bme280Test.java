package dev.fern.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The numbers are those of the worked example in BST-BMP280-DS001, 3.12: temperature and pressure of both chips are
/// the
/// same, and its numbers those of the formulas in floating point. It has none for humidity, so that is compared with
/// the datasheet's other formula, in floating point.
class Bme280Test {
    private static final int[] T = {27504, 26435, -1000};
    private static final int[] P = {36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000};
    private static final int ADC_T = 519_888;
    private static final int ADC_P = 415_148;
    private static final int[] H = {75, 362, 0, 324, 50, 30};
    private static final int ADC_H = 30_000;

    private final FakeChip chip = new FakeChip();
    private final Bme280 sensor = new Bme280("i2c-1", chip::open);

    private void example(int id) {
        chip.set(0xD0, id);
        for (int i = 0; i < T.length; i++) {
            chip.setWord(0x88 + 2 * i, T[i]);
        }
        for (int i = 0; i < P.length; i++) {
            chip.setWord(0x8E + 2 * i, P[i]);
        }
        chip.set(0xA1, H[0]).setWord(0xE1, H[1]).set(0xE3, H[2]);
        chip.set(0xE4, H[3] >> 4, H[3] & 0x0F | (H[4] & 0x0F) << 4, H[4] >> 4, H[5]);
        twenty(0xF7, ADC_P);
        twenty(0xFA, ADC_T);
        chip.set(0xFD, ADC_H >> 8, ADC_H);
    }

    private void twenty(int register, int raw) {
        chip.set(register, raw >> 12, raw >> 4, raw << 4 & 0xF0);
    }

    @Test
    void the_formulas_give_what_the_datasheet_works_out() {
        var calibration = new Bme280Calibration(T, P, null);

        int fine = calibration.fine(ADC_T);

        assertThat(fine).isEqualTo(128_422);
        assertThat(calibration.hundredthsC(fine)).isEqualTo(2508);
        assertThat(calibration.pascal256(ADC_P, fine) / 256.0).isCloseTo(100_653.27, within(0.03));
    }

    @Test
    void a_bmp280_has_no_humidity() throws Exception {
        example(0x58);

        assertThat(sensor.read().values())
                .containsExactly(
                        Map.entry("temperature", new BigDecimal("25.08")),
                        Map.entry("pressure", new BigDecimal("1006.53")));
        assertThat(chip.writes).containsExactly("f5=00", "f4=25");
        assertThat(chip.open).as("it is let go").isZero();
    }

    @Test
    void a_bme280_is_told_of_humidity_before_it_measures_once() throws Exception {
        example(0x60);

        var reading = sensor.read();

        assertThat(reading.values().keySet()).containsExactly("temperature", "humidity", "pressure");
        assertThat(reading.values()).containsEntry("temperature", new BigDecimal("25.08"));
        assertThat(reading.values().getOrDefault("humidity", BigDecimal.ZERO).doubleValue())
                .isCloseTo(humidity(ADC_H, H, 128_422), within(0.02))
                .isBetween(20.0, 80.0);
        assertThat(chip.writes).containsExactly("f5=00", "f2=01", "f4=25");
    }

    @Test
    void both_formulas_of_temperature_and_pressure_agree_from_cold_to_hot() {
        var calibration = new Bme280Calibration(T, P, null);
        var random = new Random(20261127);
        for (int i = 0; i < 10_000; i++) {
            int adcT = random.nextInt(320_000, 720_000);
            int adcP = random.nextInt(250_000, 600_000);
            int fine = calibration.fine(adcT);

            assertThat(calibration.hundredthsC(fine) / 100.0).isCloseTo(fine(adcT) / 5120, within(0.02));
            assertThat(calibration.pascal256(adcP, fine) / 256.0).isCloseTo(pascal(adcP, fine), within(0.5));
        }
    }

    /// BST-BMP280-DS001, 8.1.
    private static double fine(int adc) {
        double var1 = (adc / 16_384.0 - T[0] / 1024.0) * T[1];
        double off = adc / 131_072.0 - T[0] / 8192.0;
        return var1 + off * off * T[2];
    }

    private static double pascal(int adc, int fine) {
        double var1 = fine / 2.0 - 64_000.0;
        double var2 = var1 * var1 * P[5] / 32_768.0 + var1 * P[4] * 2.0;
        var2 = var2 / 4.0 + P[3] * 65_536.0;
        var1 = (P[2] * var1 * var1 / 524_288.0 + P[1] * var1) / 524_288.0;
        var1 = (1.0 + var1 / 32_768.0) * P[0];
        double p = (1_048_576.0 - adc - var2 / 4096.0) * 6250.0 / var1;
        return p + (P[8] * p * p / 2_147_483_648.0 + p * P[7] / 32_768.0 + P[6]) / 16.0;
    }

    @Test
    void both_formulas_of_humidity_agree_whatever_the_chip() {
        var random = new Random(20261127);
        for (int i = 0; i < 10_000; i++) {
            var h = new int[] {
                random.nextInt(60, 90),
                random.nextInt(340, 400),
                random.nextInt(0, 3),
                random.nextInt(280, 360),
                random.nextInt(-50, 60),
                random.nextInt(20, 35)
            };
            int adc = random.nextInt(18_000, 40_000);
            int fine = random.nextInt(-100_000, 400_000);

            double percent = Bme280Calibration.humidity1024(adc, fine, h) / 1024.0;

            assertThat(percent).isCloseTo(humidity(adc, h, fine), within(0.05));
        }
    }

    /// BST-BME280-DS002, 8.1.
    private static double humidity(int adc, int[] dig, int fine) {
        double h = fine - 76_800.0;
        h = (adc - (dig[3] * 64.0 + dig[4] / 16_384.0 * h))
                * (dig[1] / 65_536.0 * (1.0 + dig[5] / 67_108_864.0 * h * (1.0 + dig[2] / 67_108_864.0 * h)));
        h *= 1.0 - dig[0] * h / 524_288.0;
        return Math.clamp(h, 0.0, 100.0);
    }

    @Test
    void calibration_of_humidity_is_signed_and_of_twelve_bits() throws Exception {
        example(0x60);
        chip.setWord(0xE1, -3).set(0xE4, 0xFF, 0xF1, 0xFE, -5);

        assertThat(Bme280Calibration.of(chip, true).h()).containsExactly(75, -3, 0, -15, -17, -5);
    }

    @Test
    void what_is_no_bme280_is_said() {
        chip.set(0xD0, 0x55);

        assertThatThrownBy(sensor::read)
                .isInstanceOfSatisfying(
                        SensorException.class,
                        e -> assertThat(e.problem().toString())
                                .isEqualTo(
                                        "the chip there says 0x55, which is no BME280 or BMP280; correct the address (0x76 or"
                                                + " 0x77), or the driver"));
        assertThat(chip.open).isZero();
    }

    @Test
    void nothing_is_made_of_what_was_not_measured() {
        example(0x60);
        chip.set(0xF7, 0x80, 0, 0);
        assertThatThrownBy(sensor::read).hasMessage("the chip has measured nothing");

        chip.set(0xF3, 0x08);
        assertThatThrownBy(sensor::read).hasMessage("the chip does not end its measurement");

        chip.set(0xF3, 0).setWord(0x8E, 0);
        assertThatThrownBy(sensor::read).hasMessage("the chip has no calibration");
        assertThat(chip.open).isZero();
    }
}
