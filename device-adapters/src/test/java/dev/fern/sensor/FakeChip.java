package dev.fern.sensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A chip of 256 registers, as the kernel's simulated bus has them.
final class FakeChip implements Chip {
    final byte[] registers = new byte[256];
    final List<String> writes = new ArrayList<>();

    @Nullable SensorException silence;

    int open;

    Chip open() throws SensorException {
        if (silence != null) {
            throw silence;
        }
        open++;
        return this;
    }

    FakeChip set(int register, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            registers[register + i] = (byte) bytes[i];
        }
        return this;
    }

    /// Two bytes, the low one first.
    FakeChip setWord(int register, int word) {
        return set(register, word & 0xFF, word >> 8 & 0xFF);
    }

    @Override
    public byte[] read(int register, int length) {
        var bytes = new byte[length];
        System.arraycopy(registers, register, bytes, 0, length);
        return bytes;
    }

    @Override
    public void write(int register, int value) {
        writes.add(String.format("%02x=%02x", register, value));
        set(register, value);
    }

    @Override
    public void close() {
        open--;
    }
}
