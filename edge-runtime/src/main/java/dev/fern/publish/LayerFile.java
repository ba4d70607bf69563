package dev.fern.publish;

import com.google.cloud.tools.jib.api.DescriptorDigest;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.blob.BlobDescriptor;
import com.google.cloud.tools.jib.image.ReproducibleLayerBuilder;
import com.google.common.collect.ImmutableList;
import dev.fern.deploy.Layout.Source;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/// A layer as a file: tar, gzip. The same files always make the same bytes: sorted, with one time, owned by root, and,
/// as
/// `RUN chmod -R o+r` of the fn CLI's Dockerfiles wants it, to be read by everybody.
///
/// @param line of a Dockerfile, for the image's history
/// @param diffId of the tar
record LayerFile(String line, Path file, BlobDescriptor blob, DescriptorDigest diffId) {
    private static final FilePermissions FILE = FilePermissions.fromOctalString("644");
    private static final FilePermissions PROGRAM = FilePermissions.fromOctalString("755");
    /// As Jib's: zero is taken for "none" by some tools.
    private static final Instant TIME = Instant.ofEpochSecond(1);

    static LayerFile write(String line, Map<String, Source> files, Path file) throws IOException {
        var entries = ImmutableList.<FileEntry>builder();
        files.forEach((place, source) -> entries.add(new FileEntry(
                source.file(), AbsoluteUnixPath.get("/" + place), source.executable() ? PROGRAM : FILE, TIME)));
        var zipped = sha256();
        var plain = sha256();
        try (var out = Files.newOutputStream(file);
                var gzip = new GZIPOutputStream(new DigestOutputStream(out, zipped), 64 << 10);
                OutputStream tar = new DigestOutputStream(gzip, plain)) {
            new ReproducibleLayerBuilder(entries.build()).build().writeTo(tar);
        }
        return new LayerFile(line, file, new BlobDescriptor(Files.size(file), digest(zipped)), digest(plain));
    }

    private static DescriptorDigest digest(MessageDigest computation) {
        try {
            return DescriptorDigest.fromHash(HexFormat.of().formatHex(computation.digest()));
        } catch (DigestException e) {
            throw new AssertionError("64 hexadecimal digits", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
