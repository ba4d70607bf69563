package dev.fern.e2e.image;

import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A card with the image on it, larger than the image as real ones are: a file. What a user does to it with
/// another computer is done with mtools.
final class Card {
    /// QEMU's SD controller wants a power of two.
    private static final long BYTES = 2L << 30;

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String BOOT = "@@4M";
    /// Of an entry of the MBR's table: the first sector of the second partition.
    private static final int SECOND_START = 446 + 16 + 8;

    private final Sandbox sandbox;
    private final Path file;

    /// One that was flashed before.
    Card(Sandbox sandbox, Path file) {
        this.sandbox = sandbox;
        this.file = file;
    }

    /// Flashes it.
    static Card flash(Sandbox sandbox, Packed image, Path file) throws IOException, InterruptedException {
        Files.deleteIfExists(file);
        image.write(file);
        var card = new Card(sandbox, file);
        card.run("truncate", "-s", String.valueOf(BYTES), file.toString());
        return card;
    }

    Path file() {
        return file;
    }

    /// Beside it: what the consoles of the devices said that started from it, for whoever looks for a mistake.
    Path log() {
        return Path.of(file.toString().replaceFirst("[.]img$", ".log"));
    }

    /// Puts a file onto the FAT partition.
    void put(String name, byte[] content) throws IOException, InterruptedException {
        var source = Files.write(sandbox.folder("put").resolve("file"), content);
        run("mcopy", "-D", "o", "-i", file + BOOT, source.toString(), "::/" + name);
    }

    void put(String name, String content) throws IOException, InterruptedException {
        put(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /// Takes a file from the FAT partition.
    ///
    /// @param pattern its name, with `*`; it is the only one
    Path take(String pattern) throws IOException, InterruptedException {
        var folder = Files.createTempDirectory(sandbox.folder("taken"), "");
        run("mcopy", "-i", file + BOOT, "::/" + pattern, folder.toString());
        try (var files = Files.list(folder)) {
            return files.findFirst().orElseThrow();
        }
    }

    /// What the firmware would give to the kernel.
    String commandLine() throws IOException, InterruptedException {
        return Files.readString(take("cmdline.txt")).strip();
    }

    /// What is wrong with the root file system, which nobody uses now and which was closed in good order: nothing
    /// if e2fsck, that may change nothing, calls it clean.
    String faults() throws IOException, InterruptedException {
        var words = run("sh", "-c", "e2fsck -fn '" + file + "?offset=" + rootStart() + "' 2>&1; echo code $?");
        return words.getLast().equals("code 0") ? "" : String.join("\n", words);
    }

    /// Fills the root file system with a file /fill, up to what is left for root alone.
    void fill() throws IOException, InterruptedException {
        // In a copy, as e2fsck does not replay a journal at an offset; it ends with 1 if there was something to mend.
        // A file of zeros would take no room.
        run("bash", "-ec", """
                tail -c +%3$d '%1$s' >'%2$s.root'
                e2fsck -fp '%2$s.root' >/dev/null || [ $? = 1 ]
                debugfs -w -R 'rm fill' '%2$s.root'
                blocks=$(dumpe2fs -h '%2$s.root' 2>/dev/null |
                    awk '/^Free blocks/ {f = $3} /^Reserved block count/ {r = $4} END {print f - r}')
                head -c $((blocks * 4096)) /dev/urandom >'%2$s'
                debugfs -w -R 'write "%2$s" fill' '%2$s.root'
                dd if='%2$s.root' of='%1$s' bs=1M seek=%4$d oflag=seek_bytes conv=notrunc status=none
                rm '%2$s' '%2$s.root'
                """.formatted(file, file.resolveSibling("fill"), rootStart() + 1, rootStart()));
    }

    private long rootStart() throws IOException {
        try (var disk = new RandomAccessFile(file.toFile(), "r")) {
            disk.seek(SECOND_START);
            return 512L * Integer.toUnsignedLong(Integer.reverseBytes(disk.readInt()));
        }
    }

    private List<String> run(String... command) throws IOException, InterruptedException {
        return sandbox.start(List.of(command), Map.of("MTOOLS_SKIP_CHECK", "1")).awaitSuccess(LIMIT);
    }
}
