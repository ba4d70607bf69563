package dev.fern.wasm;

import static com.dylibso.chicory.runtime.ConstantEvaluators.computeConstantValue;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.UninstantiableException;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The memory that the code of one instance sees (WebAssembly core 2.0, section 4.2.8), in [Chunks].
/// Every access out of bounds is a trap. One thread.
final class LinearMemory implements Memory {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Chunks chunks;
    private final int firstPages;
    private final int mostPages;
    private final boolean loading;
    private DataSegment[] segments = {};

    private LinearMemory(Chunks chunks, int mostPages, boolean loading) {
        this.chunks = chunks;
        this.firstPages = chunks.pages();
        this.mostPages = mostPages;
        this.loading = loading;
    }

    /// One that takes over the data segments, to be frozen.
    static LinearMemory blank(int pages) {
        return new LinearMemory(new Chunks(Chunks.zeros(pages), new Budget(Long.MAX_VALUE)), pages, true);
    }

    /// One that begins with those pieces, data segments and all.
    static LinearMemory of(byte[][] first, int mostPages, Budget budget) {
        return new LinearMemory(new Chunks(first, budget), mostPages, false);
    }

    byte[][] freeze() {
        return chunks.freeze();
    }

    /// As new.
    void forget() {
        chunks.forget();
    }

    private static WasmRuntimeException outside() {
        return new WasmRuntimeException("out of bounds memory access");
    }

    private void check(int addr, int size) {
        if (Integer.toUnsignedLong(addr) + Integer.toUnsignedLong(size) > (long) chunks.seen.length << Chunks.SHIFT) {
            throw outside();
        }
    }

    @Override
    public int pages() {
        return chunks.pages();
    }

    @Override
    public int grow(int more) {
        int before = pages();
        if (more < 0 || more > mostPages - before || !chunks.hasRoom((long) more * PAGE_SIZE)) {
            return -1;
        }
        if (more > 0) {
            chunks.grow(before + more);
        }
        return before;
    }

    @Override
    public int initialPages() {
        return firstPages;
    }

    @Override
    public int maximumPages() {
        return mostPages;
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    @SuppressWarnings("removal") // there is no other way to have the atomic instructions
    public Object lock(int address) {
        return this;
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, int expected, long timeout) {
        throw new WasmRuntimeException("expected shared memory");
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, long expected, long timeout) {
        throw new WasmRuntimeException("expected shared memory");
    }

    @Override
    @SuppressWarnings("removal")
    public int notify(int address, int maxThreads) {
        return 0;
    }

    @Override
    public void initialize(Instance instance, DataSegment[] dataSegments) {
        segments = dataSegments;
        if (!loading) {
            return; // they are in the pieces it began with
        }
        for (var segment : dataSegments) {
            if (segment instanceof ActiveDataSegment active) {
                int at = (int) computeConstantValue(instance, active.offsetInstructions())[0];
                try {
                    write(at, active.data());
                } catch (WasmRuntimeException e) {
                    throw new UninstantiableException("a data segment is outside of the memory", e);
                }
            }
        }
    }

    @Override
    public void initPassiveSegment(int segmentId, int dest, int offset, int size) {
        write(dest, segments[segmentId].data(), offset, size);
    }

    @Override
    public void drop(int segment) {
        segments[segment] = PassiveDataSegment.EMPTY;
    }

    @Override
    public void write(int addr, byte[] data, int offset, int size) {
        if (offset < 0 || size < 0 || size > data.length - offset) {
            throw outside();
        }
        check(addr, size);
        for (int done = 0; done < size; ) {
            int at = (addr + done) & Chunks.MASK;
            int part = Math.min(size - done, Chunks.SIZE - at);
            System.arraycopy(data, offset + done, chunks.own(addr + done), at, part);
            done += part;
        }
    }

    @Override
    public byte[] readBytes(int addr, int len) {
        check(addr, len);
        var bytes = new byte[len];
        for (int done = 0; done < len; ) {
            int at = (addr + done) & Chunks.MASK;
            int part = Math.min(len - done, Chunks.SIZE - at);
            System.arraycopy(chunks.seen[(addr + done) >>> Chunks.SHIFT], at, bytes, done, part);
            done += part;
        }
        return bytes;
    }

    /// Writes a part of it there, without a copy of the whole.
    void send(int addr, int len, OutputStream out) throws IOException {
        check(addr, len);
        for (int done = 0; done < len; ) {
            int at = (addr + done) & Chunks.MASK;
            int part = Math.min(len - done, Chunks.SIZE - at);
            out.write(chunks.seen[(addr + done) >>> Chunks.SHIFT], at, part);
            done += part;
        }
    }

    @Override
    public void fill(byte value, int fromIndex, int toIndex) {
        check(fromIndex, toIndex - fromIndex);
        for (int addr = fromIndex; addr < toIndex; ) {
            int at = addr & Chunks.MASK;
            int part = Math.min(toIndex - addr, Chunks.SIZE - at);
            Arrays.fill(chunks.own(addr), at, at + part, value);
            addr += part;
        }
    }

    @Override
    public void copy(int dest, int src, int size) {
        check(src, size);
        check(dest, size);
        chunks.copy(dest, src, size);
    }

    @Override
    public void zero() {
        // asked for before the data segments are written, when it is
    }

    @Override
    public byte read(int addr) {
        try {
            return chunks.seen[addr >>> Chunks.SHIFT][addr & Chunks.MASK];
        } catch (ArrayIndexOutOfBoundsException e) {
            throw outside();
        }
    }

    @Override
    public void writeByte(int addr, byte data) {
        try {
            chunks.own(addr)[addr & Chunks.MASK] = data;
        } catch (ArrayIndexOutOfBoundsException e) {
            throw outside();
        }
    }

    @Override
    public short readShort(int addr) {
        int at = addr & Chunks.MASK;
        if (at > Chunks.SIZE - Short.BYTES) {
            return (short) across(addr, Short.BYTES);
        }
        try {
            return (short) SHORTS.get(chunks.seen[addr >>> Chunks.SHIFT], at);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw outside();
        }
    }

    @Override
    public void writeShort(int addr, short data) {
        int at = addr & Chunks.MASK;
        if (at > Chunks.SIZE - Short.BYTES) {
            across(addr, Short.BYTES, data);
            return;
        }
        try {
            SHORTS.set(chunks.own(addr), at, data);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw outside();
        }
    }

    @Override
    public int readInt(int addr) {
        int at = addr & Chunks.MASK;
        if (at > Chunks.SIZE - Integer.BYTES) {
            return (int) across(addr, Integer.BYTES);
        }
        try {
            return (int) INTS.get(chunks.seen[addr >>> Chunks.SHIFT], at);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw outside();
        }
    }

    @Override
    public void writeI32(int addr, int data) {
        int at = addr & Chunks.MASK;
        if (at > Chunks.SIZE - Integer.BYTES) {
            across(addr, Integer.BYTES, data);
            return;
        }
        try {
            INTS.set(chunks.own(addr), at, data);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw outside();
        }
    }

    @Override
    public long readLong(int addr) {
        int at = addr & Chunks.MASK;
        if (at > Chunks.SIZE - Long.BYTES) {
            return across(addr, Long.BYTES);
        }
        try {
            return (long) LONGS.get(chunks.seen[addr >>> Chunks.SHIFT], at);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw outside();
        }
    }

    @Override
    public void writeLong(int addr, long data) {
        int at = addr & Chunks.MASK;
        if (at > Chunks.SIZE - Long.BYTES) {
            across(addr, Long.BYTES, data);
            return;
        }
        try {
            LONGS.set(chunks.own(addr), at, data);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw outside();
        }
    }

    /// What lies in two pieces.
    private long across(int addr, int size) {
        check(addr, size);
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= (read(addr + i) & 0xFFL) << 8 * i;
        }
        return value;
    }

    private void across(int addr, int size, long value) {
        check(addr, size); // before the first byte changes
        for (int i = 0; i < size; i++) {
            writeByte(addr + i, (byte) (value >>> 8 * i));
        }
    }

    @Override
    public long readU16(int addr) {
        return Short.toUnsignedLong(readShort(addr));
    }

    @Override
    public void writeF32(int addr, float data) {
        writeI32(addr, Float.floatToRawIntBits(data));
    }

    @Override
    public long readF32(int addr) {
        return readInt(addr);
    }

    @Override
    public float readFloat(int addr) {
        return Float.intBitsToFloat(readInt(addr));
    }

    @Override
    public void writeF64(int addr, double data) {
        writeLong(addr, Double.doubleToRawLongBits(data));
    }

    @Override
    public double readDouble(int addr) {
        return Double.longBitsToDouble(readLong(addr));
    }

    @Override
    public long readF64(int addr) {
        return readLong(addr);
    }
}
