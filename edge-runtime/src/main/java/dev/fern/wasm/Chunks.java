package dev.fern.wasm;

import com.dylibso.chicory.runtime.WasmRuntimeException;
import java.util.ArrayDeque;
import java.util.Arrays;

/// The bytes of one linear memory, in pieces of 4 KB that are copied when they are first written to.
///
/// ```
/// at first  [A][0][0][B][0]...   the program's, which all its instances read: data, or the one of zeros
/// written   [A][0][ ][B][ ]...   seen
///                 [c]   [d]      own: copies, this instance's
/// ```
///
/// So a call pays for what it touches and not for what it might touch, an idle instance holds next to
/// nothing, and to be as new it only forgets its own pieces. One thread.
final class Chunks {
    static final int SHIFT = 12;
    static final int SIZE = 1 << SHIFT;
    static final int MASK = SIZE - 1;
    static final int PER_PAGE = (64 << 10) / SIZE;

    /// Pieces that an instance keeps for its next call.
    private static final int SPARE_MOST = 8;

    private static final byte[] ZEROS = new byte[SIZE];
    private static final byte[] NONE = new byte[0];

    private final byte[][] first;
    private final Budget budget;
    private final ArrayDeque<byte[]> spare = new ArrayDeque<>();
    private int[] owned = new int[16];
    private int ownedCount;

    /// What is read, and of that what may be written to; [#NONE] stands for what may not. Replaced when
    /// it grows.
    byte[][] seen;

    private byte[][] own;

    /// @param first the program's pieces, which are never changed
    Chunks(byte[][] first, Budget budget) {
        this.first = first;
        this.budget = budget;
        seen = first.clone();
        own = nothing(first.length);
    }

    static byte[][] zeros(int pages) {
        var chunks = new byte[pages * PER_PAGE][];
        Arrays.fill(chunks, ZEROS);
        return chunks;
    }

    private static byte[][] nothing(int length) {
        var chunks = new byte[length][];
        Arrays.fill(chunks, NONE);
        return chunks;
    }

    int pages() {
        return seen.length / PER_PAGE;
    }

    /// More zeros at the end; they take room when they are written to.
    void grow(int toPages) {
        int before = seen.length;
        seen = Arrays.copyOf(seen, toPages * PER_PAGE);
        own = Arrays.copyOf(own, seen.length);
        Arrays.fill(seen, before, seen.length, ZEROS);
        Arrays.fill(own, before, own.length, NONE);
    }

    /// Whether so many bytes more could be written to at the moment.
    boolean hasRoom(long bytes) {
        return budget.hasRoom(bytes);
    }

    /// The piece at that index, to be written to.
    ///
    /// @throws WasmRuntimeException a trap, if all functions together have taken what they may
    private byte[] take(int index) {
        if (!budget.take(SIZE)) {
            throw new WasmRuntimeException("out of memory");
        }
        var chunk = spare.poll();
        if (chunk == null) {
            chunk = seen[index].clone();
        } else {
            System.arraycopy(seen[index], 0, chunk, 0, SIZE);
        }
        if (ownedCount == owned.length) {
            owned = Arrays.copyOf(owned, 2 * ownedCount);
        }
        owned[ownedCount++] = index;
        own[index] = chunk;
        seen[index] = chunk;
        return chunk;
    }

    /// The piece with that address, to be written to.
    byte[] own(int addr) {
        var chunk = own[addr >>> SHIFT];
        return chunk.length == 0 ? take(addr >>> SHIFT) : chunk;
    }

    /// Copies, as if all were read before anything is written. Both are inside.
    void copy(int dest, int src, int size) {
        if (dest <= src) {
            for (int done = 0; done < size; ) {
                int part = Math.min(size - done, Math.min(left(dest + done), left(src + done)));
                piece(dest + done, src + done, part);
                done += part;
            }
        } else {
            for (int end = size; end > 0; ) {
                int part = Math.min(end, Math.min(before(dest + end), before(src + end)));
                end -= part;
                piece(dest + end, src + end, part);
            }
        }
    }

    private void piece(int dest, int src, int size) {
        var to = own(dest); // first: the source may be the same piece
        System.arraycopy(seen[src >>> SHIFT], src & MASK, to, dest & MASK, size);
    }

    /// From there to the end of the piece.
    private static int left(int addr) {
        return SIZE - (addr & MASK);
    }

    /// From the start of the piece that ends there, or has that inside, to it.
    private static int before(int addr) {
        return ((addr - 1) & MASK) + 1;
    }

    /// As at first.
    void forget() {
        boolean asLarge = seen.length == first.length;
        for (int i = 0; i < ownedCount; i++) {
            int index = owned[i];
            if (spare.size() < SPARE_MOST) {
                spare.push(own[index]);
            }
            if (asLarge) {
                seen[index] = first[index];
                own[index] = NONE;
            }
        }
        if (!asLarge) {
            seen = first.clone();
            own = nothing(first.length);
        }
        budget.give((long) ownedCount * SIZE);
        ownedCount = 0;
        if (owned.length > 1024) {
            owned = new int[16];
        }
    }

    /// What is seen now, as the pieces that a program begins with.
    byte[][] freeze() {
        return seen.clone();
    }
}
