package dev.fern.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fern.images.Layers.Keep;
import dev.fern.kit.FunctionImage;
import dev.fern.kit.FunctionImage.Entry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackerTest {
    private static final long MOST = 1 << 20;

    @TempDir
    Path dir;

    private Path root;
    private Unpacker unpacker;

    @BeforeEach
    void prepare() throws Exception {
        root = Files.createDirectories(dir.resolve("out/root"));
        Files.writeString(dir.resolve("outside"), "untouched");
        unpacker = unpacker(Keep.ALL, _ -> {});
    }

    private Unpacker unpacker(Keep keep, Tree.Room room) throws ImageException {
        var allowance = new Allowance(Reference.parse("127.0.0.1:5000/a:1"), MOST, true);
        return new Unpacker(new Tree(root, allowance, room), keep, allowance);
    }

    @AfterEach
    void nothingHasLeftTheFolder() throws Exception {
        assertThat(dir.resolve("outside")).hasContent("untouched");
        try (var files = Files.walk(dir)) {
            assertThat(files.filter(path -> !path.startsWith(root))
                            .map(Path::toString)
                            .toList())
                    .containsExactlyInAnyOrder(
                            dir.toString(),
                            dir.resolve("out").toString(),
                            dir.resolve("outside").toString());
        }
        try (var files = Files.walk(root)) {
            for (var link : files.filter(Files::isSymbolicLink).toList()) {
                var target = link.resolveSibling(Files.readSymbolicLink(link)).normalize();
                assertThat(target).startsWithRaw(root);
            }
        }
    }

    @Test
    void laterLayersReplaceAndAdd() throws Exception {
        layer(Entry.folder("function"), Entry.file("function/a", "1"), Entry.file("function/b", "1"));
        layer(Entry.file("./function/b", "2"), Entry.file("/function/c", "2"));
        assertThat(files()).isEqualTo("function/a=1 function/b=2 function/c=2");
    }

    @Test
    void aFileMayBecomeAFolderAndBack() throws Exception {
        layer(Entry.file("x", "1"), Entry.folder("y"), Entry.file("y/z", "1"));
        layer(Entry.folder("x"), Entry.file("x/in", "2"), Entry.file("y", "2"));
        assertThat(files()).isEqualTo("x/in=2 y=2");
    }

    @Test
    void aWhiteoutRemovesWhatLowerLayersBrought() throws Exception {
        layer(Entry.file("a/gone", "1"), Entry.file("a/stays", "1"), Entry.file("b/deep/gone", "1"));
        layer(Entry.file("a/.wh.gone", ""), Entry.file(".wh.b", ""), Entry.file(".wh.never-was", ""));
        assertThat(files()).isEqualTo("a/stays=1");
    }

    @Test
    void aWhiteoutLeavesWhatItsOwnLayerBrought() throws Exception {
        layer(Entry.file("a/x", "1"), Entry.file("a/y", "1"));
        layer(Entry.file("a/x", "2"), Entry.file("a/.wh.x", ""), Entry.file(".wh.a", ""));
        assertThat(files()).isEqualTo("a/x=2");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anOpaqueFolderHidesItsLowerContentWhereverItStandsInTheLayer(boolean first) throws Exception {
        layer(Entry.file("a/old", "1"), Entry.file("a/deep/old", "1"), Entry.file("b", "1"));
        var opaque = Entry.file("a/.wh..wh..opq", "");
        var file = Entry.file("a/deep/new", "2");
        layer(first ? new Entry[] {opaque, file} : new Entry[] {file, opaque});
        assertThat(files()).isEqualTo("a/deep/new=2 b=1");
    }

    @Test
    void aWhiteoutDoesNotFollowLinks() throws Exception {
        layer(Entry.file("d/x", "1"), Entry.symlink("l", "d"));
        layer(Entry.file("l/.wh.x", ""), Entry.file("l/.wh..wh..opq", ""));
        assertThat(files()).isEqualTo("d/x=1");
    }

    @Test
    void onlyWhatIsToBeKeptIsUnpacked() throws Exception {
        unpacker = unpacker(Keep.FUNCTION, _ -> {});
        layer(
                Entry.file("etc/passwd", "no"),
                Entry.file("function/runtime/fdk.jar", "no"),
                Entry.file("function/app/x.jar", "yes"));
        assertThat(files()).isEqualTo("function/app/x.jar=yes");
    }

    @Test
    void linksInsideAreKept() throws Exception {
        layer(
                Entry.file("function/app/real", "1"),
                Entry.symlink("function/link", "app/real"),
                Entry.symlink("function/app/up", "../app/./real"),
                Entry.symlink("function/absolute", "/function/app/real"),
                Entry.symlink("function/home", "/"),
                Entry.hardLink("function/hard", "function/app/real"));
        assertThat(root.resolve("function/link")).hasContent("1");
        assertThat(root.resolve("function/app/up")).hasContent("1");
        assertThat(root.resolve("function/absolute")).hasContent("1");
        assertThat(root.resolve("function/home").toRealPath()).isEqualTo(root.toRealPath());
        assertThat(root.resolve("function/hard")).hasContent("1");
    }

    @Test
    void replacingAFileLeavesItsHardLinkAlone() throws Exception {
        layer(Entry.file("a", "1"), Entry.hardLink("b", "a"));
        layer(Entry.file("a", "2"));
        assertThat(files()).isEqualTo("a=2 b=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "function/../../outside", "a/../b", "..", "/../outside", "./../outside"})
    void aPathThatGoesUpIsRefused(String path) {
        refused("leaves the image", Entry.file(path, "x"));
    }

    @Test
    void anAbsolutePathMeansTheImagesRoot() throws Exception {
        layer(Entry.file(dir.resolve("outside").toString(), "x"));
        assertThat(root.resolve(dir.resolve("outside").toString().substring(1))).hasContent("x");
    }

    @ParameterizedTest
    @CsvSource({
        "l, ../outside",
        "a/l, ../../outside",
        "a/l, ../../../etc/passwd",
        "l, ..",
        "l, a/../../outside",
        "l, /../outside"
    })
    void aSymlinkThatPointsOutsideIsRefused(String path, String target) {
        refused("leaves the image", Entry.symlink(path, target));
    }

    @Test
    void anAbsoluteSymlinkPointsInside() throws Exception {
        layer(Entry.symlink("function/l", "/etc/passwd"));
        assertThat(Files.readSymbolicLink(root.resolve("function/l"))).isEqualTo(Path.of("../etc/passwd"));
    }

    @Test
    void aSymlinkByWayOfAnotherDoesNotClimb() throws Exception {
        // to/../outside: by its letters inside, but 'to' leads to the root, and the root's parent is outside
        layer(Entry.symlink("a/to", ".."), Entry.symlink("a/l", "to/../../outside"));
        assertThat(Files.exists(root.resolve("a/l"))).isFalse();
    }

    @Test
    void nothingIsWrittenThroughASymlink() throws Exception {
        layer(Entry.folder("real"), Entry.symlink("l", "real"));
        refused("which is no folder", Entry.file("l/x", "x"));
        assertThat(root.resolve("real")).isEmptyDirectory();
    }

    @Test
    void aFileReplacesASymlinkInsteadOfItsTarget() throws Exception {
        layer(Entry.file("real", "1"), Entry.symlink("l", "real"));
        layer(Entry.file("l", "2"));
        assertThat(files()).isEqualTo("l=2 real=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "/../outside", "no/such", "a", "l", ""})
    void aHardLinkToAnythingButAFileInsideIsRefused(String target) throws Exception {
        layer(Entry.folder("a"), Entry.symlink("l", "x"), Entry.file("x", "1"));
        refused("which is no file of these layers", Entry.hardLink("h", target));
    }

    @Test
    void aHardLinkByWayOfASymlinkIsRefused() throws Exception {
        layer(Entry.file("d/x", "1"), Entry.symlink("l", "d"));
        refused("which is no file of these layers", Entry.hardLink("h", "l/x"));
    }

    @ParameterizedTest
    @ValueSource(bytes = {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO})
    void devicesAndPipesAreLeftOut(byte type) throws Exception {
        layer(Entry.special("dev", type), Entry.file("x", "1"));
        assertThat(files()).isEqualTo("x=1");
        assertThat(Files.exists(root.resolve("dev"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void modesKeepReadAndExecuteOnly() throws Exception {
        layer(Entry.file("run", "x").mode(06777), Entry.file("closed", "x").mode(0));
        assertThat(Files.getAttribute(root.resolve("run"), "unix:mode")).isEqualTo(0100755);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("closed"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aBombStopsBeforeItHasSwollen() {
        refused("unpacks to more than 1 MB", Entry.file("zeros", new byte[64 << 20]));
        assertThat(root.toFile().listFiles()).allMatch(file -> file.length() <= MOST);
    }

    @Test
    void manySmallLayersSwellTogether() throws Exception {
        layer(Entry.file("a", new byte[700 << 10]));
        refused("unpacks to more than 1 MB", Entry.file("a", new byte[700 << 10]));
    }

    @Test
    void aFloodOfEntriesStops() throws Exception {
        var allowance = new Allowance(Reference.parse("127.0.0.1:5000/a:1"), Long.MAX_VALUE, true);
        unpacker = new Unpacker(new Tree(root, allowance, _ -> {}), Keep.FUNCTION, allowance);
        var entries = new ArrayList<Entry>();
        for (int i = 0; i <= Allowance.MOST_ENTRIES; i++) {
            entries.add(Entry.folder("x/" + i));
        }
        refused("more than 100000 files and folders", entries.toArray(Entry[]::new));
    }

    @Test
    void aSparseFileIsRefusedAsItsZerosAreNotInTheTar() throws Exception {
        var pax =
                pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=s", "GNU.sparse.realsize=2000000000");
        var map = Arrays.copyOf("1\n1999999999\n1\n".getBytes(StandardCharsets.US_ASCII), 1024);
        refused("the sparse file", FunctionImage.tar(List.of(pax, Entry.file("x", map))));
    }

    @Test
    void aNameWithoutEndIsRefusedBeforeItFillsMemory() throws Exception {
        var allowance = new Allowance(Reference.parse("127.0.0.1:5000/a:1"), Long.MAX_VALUE, true);
        unpacker = new Unpacker(new Tree(root, allowance, _ -> {}), Keep.ALL, allowance);
        var name = new Entry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME, "", 0644, new byte[2 << 20]);
        refused("a header of more than 1 MB", FunctionImage.tar(List.of(name)));
    }

    @Test
    void anAttributeThatIsNoNumberIsRefused() {
        refused("no proper tar", FunctionImage.tar(List.of(pax("mtime=" + "9".repeat(30)), Entry.file("x", "1"))));
    }

    @Test
    void aTimeFarAwayIsBroughtNear() throws Exception {
        layer(pax("mtime=99999999999"), Entry.file("x", "1"));
        assertThat(Files.getLastModifiedTime(root.resolve("x")).toInstant()).isEqualTo("2100-01-01T00:00:00Z");
    }

    @Test
    void aDamagedLayerIsRefused() throws Exception {
        var whole = FunctionImage.gzip(FunctionImage.tar(List.of(Entry.file("a", "text".repeat(10_000)))));
        refused("no proper tar or gzip", Arrays.copyOf(whole, whole.length / 2));
        refused(
                "no proper tar or gzip",
                Arrays.copyOf(FunctionImage.tar(List.of(Entry.file("a", "x".repeat(9000)))), 2048));
        var flipped = whole.clone();
        flipped[flipped.length - 6] ^= 1;
        refused("no proper tar or gzip", flipped);
    }

    @Test
    void zstdIsNamedForWhatItIs() {
        refused("compressed with zstd", new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0});
    }

    @Test
    void tarsThatLackTheirEndAreRead() throws Exception {
        var tar = FunctionImage.tar(List.of(Entry.file("a", "1"), Entry.folder("b"), Entry.file("c", "23")));
        for (int length : List.of(512 + 512 + 512 + 512 + 2, 512 + 512 + 512, 512 + 1)) {
            var cut = Arrays.copyOf(tar, length);
            assertThat(unpacker.layer(new ByteArrayInputStream(cut))).isEqualTo(FunctionImage.digest(cut));
        }
        assertThat(files()).isEqualTo("a=1 c=23");
        refused("no proper tar", Arrays.copyOf(tar, 512 + 512 + 512 + 512 + 1));
    }

    @Test
    void plainTarsAndTarsOfSeveralGzipMembersAreRead() throws Exception {
        var tar = FunctionImage.tar(List.of(Entry.file("a", "1")));
        assertThat(unpacker.layer(new ByteArrayInputStream(tar))).isEqualTo(FunctionImage.digest(tar));
        var members = new ByteArrayOutputStream();
        members.write(FunctionImage.gzip(Arrays.copyOf(tar, 600)));
        members.write(FunctionImage.gzip(Arrays.copyOfRange(tar, 600, tar.length)));
        assertThat(unpacker.layer(new ByteArrayInputStream(members.toByteArray())))
                .isEqualTo(FunctionImage.digest(tar));
        assertThat(files()).isEqualTo("a=1");
    }

    @Test
    void aDiskThatIsNearlyFullStopsItBeforeTheFileIsWritten() throws Exception {
        unpacker = unpacker(Keep.ALL, bytes -> {
            throw new Failures.Refused(Failures.full(Path.of("/var/lib/fern")));
        });
        assertThatThrownBy(() -> layer(Entry.file("a", "1"))).hasMessageContaining("is full");
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void realFullDisksAreRecognised() throws Exception {
        var full = catchThrowableOfType(IOException.class, () -> Files.write(Path.of("/dev/full"), new byte[1]));
        assertThat(Failures.disk(full, Path.of("/var/lib/fern")).problem().toString())
                .isEqualTo(
                        "the disk of /var/lib/fern is full; free space there, or lower limits.images-bytes in fern.yaml");
    }

    private void layer(Entry... entries) throws IOException {
        var tar = FunctionImage.tar(List.of(entries));
        assertThat(unpacker.layer(new ByteArrayInputStream(FunctionImage.gzip(tar))))
                .isEqualTo(FunctionImage.digest(tar));
    }

    private void refused(String why, Entry... entries) {
        refused(why, FunctionImage.gzip(FunctionImage.tar(List.of(entries))));
    }

    private void refused(String why, byte[] layer) {
        var refusal =
                catchThrowableOfType(Failures.Refused.class, () -> unpacker.layer(new ByteArrayInputStream(layer)));
        assertThat(refusal).isNotNull();
        assertThat(refusal.why().lasting()).isTrue();
        assertThat(refusal.why().problem().why()).contains(why);
    }

    /// A header of attributes for the next entry (pax): `LENGTH KEY=VALUE` lines, the length counting itself.
    private static Entry pax(String... attributes) {
        var lines = new StringBuilder();
        for (var attribute : attributes) {
            int length = attribute.length() + 4;
            lines.append(length).append(' ').append(attribute).append('\n');
        }
        var bytes = lines.toString().getBytes(StandardCharsets.US_ASCII);
        return new Entry("pax", TarConstants.LF_PAX_EXTENDED_HEADER_LC, "", 0644, bytes);
    }

    /// All plain files: `path=content`, in order.
    private String files() throws IOException {
        try (var files = Files.walk(root)) {
            var found = new ArrayList<String>();
            for (var file : files.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList()) {
                found.add(root.relativize(file) + "=" + Files.readString(file));
            }
            return String.join(" ", found);
        }
    }
}
