package dev.fern.sensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.fern.Settings;
import dev.fern.linux.Device;
import dev.fern.linux.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// A chip on /dev/i2c-N, by the SMBus commands of linux/i2c-dev.h: every I2C bus of the kernel has them, and so has its
/// simulated one. How long a transfer may take is the bus driver's affair, as a rule one second.
final class SmbusChip implements Chip {
    private static final long I2C_SLAVE = 0x0703;
    private static final long I2C_SMBUS = 0x0720;
    private static final byte WRITE = 0;
    private static final byte READ = 1;
    private static final int BYTE_DATA = 2;
    private static final int I2C_BLOCK_DATA = 8;
    /// `union i2c_smbus_data`: a length, 32 bytes, and one more for a checksum.
    private static final int DATA_BYTES = 34;
    /// `struct i2c_smbus_ioctl_data`: read or write, command, size, pointer; on 64 bits.
    private static final int REQUEST_BYTES = 16;
    private static final int SIZE_AT = 4;
    private static final int DATA_AT = 8;

    private final Device device;
    private final String where;
    private final int bus;

    private SmbusChip(Device device, String where, int bus) {
        this.device = device;
        this.where = where;
        this.bus = bus;
    }

    /// The bus as the kernel calls it.
    static String bus(Settings.Sensor sensor) {
        return "i2c-" + sensor.bus();
    }

    static Chip open(Path dev, Settings.Sensor sensor) throws SensorException {
        var path = dev.resolve(bus(sensor));
        Device device;
        try {
            device = Device.open(path);
        } catch (IOException e) {
            throw closed(path, e);
        }
        var chip = new SmbusChip(device, String.format("0x%02x of %s", sensor.address(), path), sensor.bus());
        try {
            device.ioctl(I2C_SLAVE, sensor.address());
            return chip;
        } catch (IOException e) {
            device.close();
            throw errno(e) == ErrnoException.EBUSY
                    ? new SensorException(
                            chip.where + " belongs to a driver of the kernel",
                            "unload that driver, or remove the sensor")
                    : chip.silent(e);
        }
    }

    private static SensorException closed(Path path, IOException e) {
        return switch (errno(e)) {
            case ErrnoException.ENOENT ->
                new SensorException(
                        "there is no " + path,
                        "switch the bus on (Raspberry Pi: dtparam=i2c_arm=on in config.txt, and modprobe i2c-dev), or"
                                + " correct bus:");
            case ErrnoException.EACCES ->
                new SensorException(
                        System.getProperty("user.name") + " may not open " + path,
                        "put the daemon's user into the group i2c: sudo usermod -aG i2c fern, and start Fern again");
            default -> new SensorException(String.valueOf(e.getMessage()), "see what dmesg says of the bus");
        };
    }

    private static int errno(IOException e) {
        return e instanceof ErrnoException call ? call.errno() : 0;
    }

    @Override
    public byte[] read(int register, int length) throws SensorException {
        try (var arena = Arena.ofConfined()) {
            var data = arena.allocate(DATA_BYTES, 2);
            data.set(JAVA_BYTE, 0, (byte) length);
            transfer(arena, READ, register, I2C_BLOCK_DATA, data);
            if (data.get(JAVA_BYTE, 0) != length) {
                throw new SensorException(where + " has sent less than was asked for", "check the wiring");
            }
            return data.asSlice(1, length).toArray(JAVA_BYTE);
        }
    }

    @Override
    public void write(int register, int value) throws SensorException {
        try (var arena = Arena.ofConfined()) {
            var data = arena.allocate(DATA_BYTES, 2);
            data.set(JAVA_BYTE, 0, (byte) value);
            transfer(arena, WRITE, register, BYTE_DATA, data);
        }
    }

    private void transfer(Arena arena, byte direction, int register, int size, MemorySegment data)
            throws SensorException {
        var request = arena.allocate(REQUEST_BYTES, DATA_AT);
        request.set(JAVA_BYTE, 0, direction);
        request.set(JAVA_BYTE, 1, (byte) register);
        request.set(JAVA_INT, SIZE_AT, size);
        request.set(ADDRESS, DATA_AT, data);
        try {
            device.ioctl(I2C_SMBUS, request);
        } catch (IOException e) {
            throw silent(e);
        }
    }

    private SensorException silent(IOException e) {
        return new SensorException(
                "nothing answers at " + where + " (" + e.getMessage() + ")",
                "check the wiring and the address: i2cdetect -y " + bus);
    }

    @Override
    public void close() {
        device.close();
    }
}
