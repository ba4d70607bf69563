package dev.fern.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dylibso.chicory.runtime.WasmRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearMemoryTest {
    private static final int PAGE = 64 << 10;

    private final Budget budget = new Budget(1 << 20);
    private final byte[][] first = first();
    private final LinearMemory memory = LinearMemory.of(first, 4, budget);

    /// Two pages, each byte its address.
    private static byte[][] first() {
        var blank = LinearMemory.blank(2);
        for (int i = 0; i < 2 * PAGE; i++) {
            blank.writeByte(i, (byte) i);
        }
        return blank.freeze();
    }

    @Test
    void doesWhatAnArrayOfBytesDoes() throws IOException {
        for (int seed = 0; seed < 5; seed++) {
            var model = new byte[2 * PAGE];
            for (int i = 0; i < model.length; i++) {
                model[i] = (byte) i;
            }
            play(model, new Random(seed));
            memory.forget();
        }
        assertThat(budget.taken()).isZero();
    }

    private void play(byte[] model, Random random) throws IOException {
        var numbers = ByteBuffer.wrap(model).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 3000; i++) {
            // near the edges of pieces, where it is difficult
            int at = Math.clamp(random.nextInt(33) * Chunks.SIZE + random.nextInt(-12, 12), 0, model.length - 8);
            int from = random.nextInt(model.length - 10_000);
            int to = random.nextInt(model.length - 10_000);
            int size = random.nextInt(10_000);
            long value = random.nextLong();
            switch (random.nextInt(9)) {
                case 0 -> {
                    memory.writeByte(at, (byte) value);
                    numbers.put(at, (byte) value);
                }
                case 1 -> {
                    memory.writeShort(at, (short) value);
                    numbers.putShort(at, (short) value);
                }
                case 2 -> {
                    memory.writeI32(at, (int) value);
                    numbers.putInt(at, (int) value);
                }
                case 3 -> {
                    memory.writeLong(at, value);
                    numbers.putLong(at, value);
                }
                case 4 -> {
                    double number = random.nextDouble();
                    memory.writeF64(at, number);
                    numbers.putDouble(at, number);
                }
                case 5 -> {
                    memory.fill((byte) value, from, from + size);
                    Arrays.fill(model, from, from + size, (byte) value);
                }
                case 6 -> {
                    memory.copy(to, from, size);
                    System.arraycopy(model, from, model, to, size);
                }
                case 7 -> {
                    memory.write(to, model.clone(), from, size);
                    System.arraycopy(model, from, model, to, size);
                }
                default -> {
                    assertThat(memory.read(at)).isEqualTo(numbers.get(at));
                    assertThat(memory.readShort(at)).isEqualTo(numbers.getShort(at));
                    assertThat(memory.readInt(at)).isEqualTo(numbers.getInt(at));
                    assertThat(memory.readLong(at)).isEqualTo(numbers.getLong(at));
                    assertThat(Float.valueOf(memory.readFloat(at))).isEqualTo(Float.valueOf(numbers.getFloat(at)));
                    assertThat(Double.valueOf(memory.readDouble(at))).isEqualTo(Double.valueOf(numbers.getDouble(at)));
                }
            }
        }
        assertThat(memory.readBytes(0, model.length)).isEqualTo(model);
        var sent = new ByteArrayOutputStream();
        memory.send(0, model.length, sent);
        assertThat(sent.toByteArray()).isEqualTo(model);
    }

    @Test
    void isAsAtFirstAfterItForgets() {
        memory.writeI32(5, 7);
        assertThat(memory.grow(2)).isEqualTo(2);
        memory.writeLong(4 * PAGE - 8, -1);
        assertThat(budget.taken()).isEqualTo(2 * Chunks.SIZE);

        memory.forget();

        assertThat(memory.pages()).isEqualTo(2);
        assertThat(memory.readInt(5)).isEqualTo(0x08070605);
        assertThat(budget.taken()).isZero();
        assertThat(memory.grow(2)).isEqualTo(2);
        assertThat(memory.readLong(4 * PAGE - 8)).isZero();
    }

    @Test
    void nothingIsOutside() {
        int end = 2 * PAGE;
        for (int at : new int[] {end, end - 1, end - 7, -1, -8, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            outside(() -> memory.readLong(at));
            outside(() -> memory.writeLong(at, 1));
            outside(() -> memory.fill((byte) 1, at, at + 8));
            outside(() -> memory.copy(at, 0, 8));
            outside(() -> memory.copy(0, at, 8));
            outside(() -> memory.write(at, new byte[8], 0, 8));
            outside(() -> memory.readBytes(at, 8));
        }
        outside(() -> memory.readBytes(0, -1));
        outside(() -> memory.read(end));
        outside(() -> memory.writeByte(end, (byte) 1));
        assertThat(memory.readBytes(end - 8, 8))
                .as("no write that fails writes a part")
                .isEqualTo(new byte[] {-8, -7, -6, -5, -4, -3, -2, -1});
    }

    private static void outside(Runnable access) {
        assertThatThrownBy(access::run)
                .isInstanceOf(WasmRuntimeException.class)
                .hasMessage("out of bounds memory access");
    }

    @Test
    void growsAsFarAsItMayAndTheHeapBears() {
        assertThat(memory.grow(3)).isEqualTo(-1);
        assertThat(memory.grow(-1)).isEqualTo(-1);
        assertThat(memory.grow(2)).isEqualTo(2);
        assertThat(memory.grow(1)).isEqualTo(-1);
        assertThat(memory.grow(0)).isEqualTo(4);

        var narrow = LinearMemory.of(first, 1000, new Budget(3 * PAGE));
        assertThat(narrow.grow(4)).isEqualTo(-1);
        assertThat(narrow.grow(3)).isEqualTo(2);
        assertThatThrownBy(() -> narrow.fill((byte) 1, 0, 5 * PAGE)).hasMessage("out of memory");
    }
}
