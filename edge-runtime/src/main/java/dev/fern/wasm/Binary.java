package dev.fern.wasm;

import dev.fern.InvalidDefinitionException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/// The sections of a WebAssembly file (WebAssembly core 2.0, section 5.5): `\0asm`, version 1, then `ID
/// SIZE CONTENT` each.
record Binary(byte[] bytes, List<Section> sections) {
    static final int CUSTOM = 0;
    static final int CODE = 10;
    private static final int START = 8;
    private static final int DATA = 11;
    private static final int DATA_COUNT = 12;
    /// `unreachable`, in a body without locals, with its size before it.
    private static final byte[] STUB = {3, 0, 0, 0x0b};

    private static final byte[] MAGIC = "\0asm".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] CORE = {1, 0, 0, 0};
    private static final byte[] COMPONENT = {0x0d, 0, 1, 0};

    /// @param start of its id, and the end of its content, after which the next one begins
    /// @param content where that begins
    record Section(int id, int start, int content, int end) {}

    static Binary of(byte[] bytes) throws InvalidDefinitionException {
        if (bytes.length < 8 || !Arrays.equals(bytes, 0, 4, MAGIC, 0, 4)) {
            throw new InvalidDefinitionException(
                    "the file is not WebAssembly",
                    "put the compiler's .wasm into the image, not text or an executable");
        }
        if (Arrays.equals(bytes, 4, 8, COMPONENT, 0, 4)) {
            throw new InvalidDefinitionException(
                    "the file is a WebAssembly component (WASI preview 2)", Advice.PREVIEW_1);
        }
        if (!Arrays.equals(bytes, 4, 8, CORE, 0, 4)) {
            throw new InvalidDefinitionException("the file is no WebAssembly of version 1", Advice.PREVIEW_1);
        }
        var sections = new ArrayList<Section>();
        for (int at = 8; at < bytes.length; ) {
            var reader = new Reader(bytes, at + 1);
            long size = reader.number();
            if (size > bytes.length - reader.at) {
                throw truncated();
            }
            int end = reader.at + (int) size;
            sections.add(new Section(bytes[at], at, reader.at, end));
            at = end;
        }
        return new Binary(bytes, List.copyOf(sections));
    }

    private static InvalidDefinitionException truncated() {
        return new InvalidDefinitionException("the WebAssembly file is cut off", "build and deploy it again");
    }

    /// Bytes of its code.
    int codeBytes() {
        return sections.stream()
                .filter(section -> section.id == CODE)
                .mapToInt(section -> section.end - section.content)
                .sum();
    }

    /// Without names and debugging information, which can be most of it.
    byte[] plain() {
        var out = new ByteArrayOutputStream(bytes.length);
        header(out);
        copy(out, id -> id != CUSTOM);
        return out.toByteArray();
    }

    /// What is left of it when its code has been compiled and, perhaps, its data been taken over: the
    /// code is stubs. Sections are in the order of section 5.5.16.
    byte[] husk(boolean withData, boolean withStart) throws InvalidDefinitionException {
        var out = new ByteArrayOutputStream();
        header(out);
        copy(out, id -> id != CUSTOM && id != CODE && id != DATA && id != DATA_COUNT && (id != START || withStart));
        if (withData) {
            copy(out, id -> id == DATA_COUNT);
        }
        for (var section : sections) {
            if (section.id == CODE) {
                long functions = new Reader(bytes, section.content).number();
                var code = new ByteArrayOutputStream();
                write(code, functions);
                for (long i = 0; i < functions; i++) {
                    code.writeBytes(STUB);
                }
                out.write(CODE);
                write(out, code.size());
                out.writeBytes(code.toByteArray());
            }
        }
        if (withData) {
            copy(out, id -> id == DATA);
        }
        return out.toByteArray();
    }

    private void header(ByteArrayOutputStream out) {
        out.write(bytes, 0, 8);
    }

    private void copy(ByteArrayOutputStream out, IntPredicate which) {
        for (var section : sections) {
            if (which.test(section.id)) {
                out.write(bytes, section.start, section.end - section.start);
            }
        }
    }

    private static void write(ByteArrayOutputStream out, long number) {
        long left = number;
        while (left > 0x7f) {
            out.write((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    /// Numbers in LEB128 (section 5.2.2).
    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes, int at) {
            this.bytes = bytes;
            this.at = at;
        }

        long number() throws InvalidDefinitionException {
            long number = 0;
            for (int shift = 0; shift < 35; shift += 7) {
                if (at >= bytes.length) {
                    throw truncated();
                }
                byte one = bytes[at++];
                number |= (one & 0x7fL) << shift;
                if (one >= 0) {
                    return number;
                }
            }
            throw truncated();
        }
    }
}
