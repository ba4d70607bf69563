package dev.fern.wasm;

import java.nio.charset.StandardCharsets;
import java.util.Collection;

/// Arguments or environment, as a program gets them: pointers to strings, and the strings, each with a
/// NUL behind it.
final class Strings {
    private final byte[][] all;
    private final int bytes;

    /// @param texts without a NUL
    Strings(Collection<String> texts) {
        all = new byte[texts.size()][];
        int i = 0;
        int sum = 0;
        for (var text : texts) {
            all[i] = (text + '\0').getBytes(StandardCharsets.UTF_8);
            sum += all[i++].length;
        }
        bytes = sum;
    }

    int sizes(LinearMemory memory, int count, int size) {
        memory.writeI32(count, all.length);
        memory.writeI32(size, bytes);
        return Wasi.SUCCESS;
    }

    int write(LinearMemory memory, int pointers, int buffer) {
        int pointer = pointers;
        int at = buffer;
        for (var one : all) {
            memory.writeI32(pointer, at);
            memory.write(at, one);
            pointer += Integer.BYTES;
            at += one.length;
        }
        return Wasi.SUCCESS;
    }
}
