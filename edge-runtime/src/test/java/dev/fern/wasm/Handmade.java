package dev.fern.wasm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// WebAssembly files made byte by byte (WebAssembly core 2.0, chapter 5).
final class Handmade {
    static final byte[] EMPTY = bytes(0, 'a', 's', 'm', 1, 0, 0, 0);
    static final byte[] COMPONENT = bytes(0, 'a', 's', 'm', 0x0d, 0, 1, 0);

    /// Types 0: takes a number, returns nothing; 1: neither.
    static final byte[] TYPES = section(1, 2, 0x60, 1, 0x7f, 0, 0x60, 0, 0);

    static final byte[] PROC_EXIT = imports("wasi_snapshot_preview1", "proc_exit", 0);
    static final byte[] ONE_PAGE = section(5, 1, 0, 1);

    private Handmade() {}

    static byte[] bytes(int... values) {
        var bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] module(byte[]... sections) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(EMPTY);
        for (var section : sections) {
            out.writeBytes(section);
        }
        return out.toByteArray();
    }

    static byte[] section(int id, int... content) {
        return section(id, bytes(content));
    }

    static byte[] section(int id, byte[] content) {
        var out = new ByteArrayOutputStream();
        out.write(id);
        number(out, content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    static byte[] imports(String module, String name, int type) {
        var out = new ByteArrayOutputStream();
        out.write(1);
        text(out, module);
        text(out, name);
        out.write(0);
        out.write(type);
        return section(2, out.toByteArray());
    }

    static byte[] exports(String name, int function) {
        var out = new ByteArrayOutputStream();
        out.write(1);
        text(out, name);
        out.write(0);
        out.write(function);
        return section(7, out.toByteArray());
    }

    /// Functions of type 1.
    static byte[] functions(int count) {
        var content = new int[count + 1];
        Arrays.fill(content, 1);
        content[0] = count;
        return section(3, content);
    }

    static byte[] code(byte[]... bodies) {
        var out = new ByteArrayOutputStream();
        number(out, bodies.length);
        for (var body : bodies) {
            number(out, body.length + 2);
            out.write(0); // no locals
            out.writeBytes(body);
            out.write(0x0b);
        }
        return section(10, out.toByteArray());
    }

    /// A command that does nothing.
    static byte[] nothing() {
        return module(TYPES, functions(1), ONE_PAGE, exports("_start", 0), code(bytes()));
    }

    private static void text(ByteArrayOutputStream out, String text) {
        number(out, text.length());
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    static void number(ByteArrayOutputStream out, int number) {
        int left = number;
        while (left > 0x7f) {
            out.write(left & 0x7f | 0x80);
            left >>>= 7;
        }
        out.write(left);
    }
}
