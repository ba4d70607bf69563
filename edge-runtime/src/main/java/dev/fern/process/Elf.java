package dev.fern.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What the head of an executable says (ELF, gABI 4.1, chapters 4 and 5): which machine it is for, and which loader it
/// asks for.
///
/// @param machine `e_machine`
/// @param interpreter the loader, or null if it needs none
record Elf(int machine, @Nullable String interpreter) {
    private static final int HEAD = 64;
    private static final int PT_INTERP = 3;
    private static final int MOST_SEGMENTS = 64;
    private static final int MOST_PATH = 4096;

    /// The head of that file, or null if it is no ELF file.
    static @Nullable Elf read(Path file) {
        try (var channel = FileChannel.open(file)) {
            var head = bytes(channel, 0, HEAD);
            if (head.limit() < 52 || head.getInt(0) != 0x7f454c46) {
                return null;
            }
            boolean wide = head.get(4) == 2;
            var order = head.get(5) == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            head.order(order);
            return new Elf(Short.toUnsignedInt(head.getShort(18)), interpreter(channel, head, wide));
        } catch (IOException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    private static @Nullable String interpreter(FileChannel channel, ByteBuffer head, boolean wide) throws IOException {
        long table = wide ? head.getLong(32) : Integer.toUnsignedLong(head.getInt(28));
        int size = Short.toUnsignedInt(head.getShort(wide ? 54 : 42));
        int segments = Math.min(Short.toUnsignedInt(head.getShort(wide ? 56 : 44)), MOST_SEGMENTS);
        for (int i = 0; i < segments && table >= 0; i++) {
            var segment =
                    bytes(channel, table + (long) i * size, wide ? 56 : 32).order(head.order());
            if (segment.limit() >= 32 && segment.getInt(0) == PT_INTERP) {
                long offset = wide ? segment.getLong(8) : Integer.toUnsignedLong(segment.getInt(4));
                long length = wide ? segment.getLong(32) : segment.getInt(16);
                var path = bytes(channel, offset, Math.clamp(length, 0, MOST_PATH));
                return StandardCharsets.UTF_8.decode(path).toString().replace("\0", "");
            }
        }
        return null;
    }

    private static ByteBuffer bytes(FileChannel channel, long from, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (from >= 0 && buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) > 0) {
            // until it is full, or the file ends
        }
        return buffer.flip();
    }

    /// As `uname -m` calls it.
    String machineName() {
        return name(machine);
    }

    private static String name(int machine) {
        return switch (machine) {
            case 3 -> "i686";
            case 40 -> "arm";
            case 62 -> "x86_64";
            case 183 -> "aarch64";
            case 243 -> "riscv64";
            default -> "machine " + machine;
        };
    }

    /// What this device is, in the same words, by the file that runs this JVM.
    static @Nullable String device() {
        var own = read(Path.of("/proc/self/exe"));
        return own == null ? null : own.machineName();
    }
}
