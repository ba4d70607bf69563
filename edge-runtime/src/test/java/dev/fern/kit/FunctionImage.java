package dev.fern.kit;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// A small image made in a test: layers with their history, configuration, and a manifest in OCI's or Docker's words.
/// Built up step by step, then handed to [DockerRegistry#push].
public final class FunctionImage {
    /// A file of a layer, or with a link flag of tar (ustar, `typeflag`) something else.
    ///
    /// @param path as it stands in the tar
    /// @param type such as [TarConstants#LF_NORMAL]
    /// @param link where a link points, else empty
    @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes them
    public record Entry(String path, byte type, String link, int mode, byte[] content) {
        public static Entry file(String path, String text) {
            return file(path, text.getBytes(StandardCharsets.UTF_8));
        }

        public static Entry file(String path, byte[] content) {
            return new Entry(path, TarConstants.LF_NORMAL, "", 0644, content);
        }

        public static Entry folder(String path) {
            return new Entry(path.endsWith("/") ? path : path + "/", TarConstants.LF_DIR, "", 0755, new byte[0]);
        }

        public static Entry symlink(String path, String target) {
            return new Entry(path, TarConstants.LF_SYMLINK, target, 0777, new byte[0]);
        }

        public static Entry hardLink(String path, String target) {
            return new Entry(path, TarConstants.LF_LINK, target, 0644, new byte[0]);
        }

        /// A device, a pipe or the like.
        public static Entry special(String path, byte type) {
            return new Entry(path, type, "", 0666, new byte[0]);
        }

        public Entry mode(int permissions) {
            return new Entry(path, type, link, permissions, content);
        }
    }

    /// What is uploaded: the bytes and their digest.
    @SuppressWarnings("ArrayRecordComponent") // as above
    public record Blob(byte[] bytes, String digest, String mediaType) {}

    private static final long MADE_MS = 1_000_000_000_000L;

    private final List<JsonObject> history = new ArrayList<>();
    private final List<Blob> layers = new ArrayList<>();
    private final List<String> diffIds = new ArrayList<>();
    private final Map<String, List<String>> lists = new LinkedHashMap<>();
    private String architecture = "amd64";
    private boolean docker;
    private boolean noHistory;

    /// A layer with its history entry, gzipped.
    public FunctionImage layer(String createdBy, Entry... entries) {
        var tar = tar(List.of(entries));
        return layer(createdBy, gzip(tar), digest(tar));
    }

    /// A layer of these bytes, whatever they are.
    public FunctionImage layer(String createdBy, byte[] blob, String diffId) {
        history.add(JsonObject.builder().set("created_by", createdBy).build());
        var type = docker
                ? "application/vnd.docker.image.rootfs.diff.tar.gzip"
                : "application/vnd.oci.image.layer.v1.tar+gzip";
        layers.add(new Blob(blob, digest(blob), type));
        diffIds.add(diffId);
        return this;
    }

    /// A history entry that made no layer.
    public FunctionImage step(String createdBy) {
        history.add(JsonObject.builder()
                .set("created_by", createdBy)
                .set("empty_layer", true)
                .build());
        return this;
    }

    public FunctionImage entrypoint(String... words) {
        lists.put("Entrypoint", List.of(words));
        return this;
    }

    public FunctionImage cmd(String... words) {
        lists.put("Cmd", List.of(words));
        return this;
    }

    /// `NAME=VALUE` each.
    public FunctionImage env(String... pairs) {
        lists.put("Env", List.of(pairs));
        return this;
    }

    public FunctionImage architecture(String name) {
        architecture = name;
        return this;
    }

    /// In Docker's media types. Say it first.
    public FunctionImage docker() {
        docker = true;
        return this;
    }

    /// As some builders do.
    public FunctionImage withoutHistory() {
        noHistory = true;
        return this;
    }

    String architecture() {
        return architecture;
    }

    boolean isDocker() {
        return docker;
    }

    /// Layers, from the lowest up, and configuration.
    public List<Blob> blobs() {
        var blobs = new ArrayList<>(layers);
        blobs.add(config());
        return blobs;
    }

    Blob config() {
        var config = JsonObject.builder().set("WorkingDir", "/function");
        lists.forEach(config::setStrings);
        var image = JsonObject.builder()
                .set("architecture", architecture)
                .set("os", "linux")
                .set("config", config.build())
                .set(
                        "rootfs",
                        JsonObject.builder()
                                .set("type", "layers")
                                .setStrings("diff_ids", diffIds)
                                .build());
        if (!noHistory) {
            image.set("history", JsonArray.create(history));
        }
        return blob(
                image.build(),
                docker ? "application/vnd.docker.container.image.v1+json" : "application/vnd.oci.image.config.v1+json");
    }

    /// The manifest, as it is uploaded.
    public Blob manifest() {
        var type = docker
                ? "application/vnd.docker.distribution.manifest.v2+json"
                : "application/vnd.oci.image.manifest.v1+json";
        var manifest = JsonObject.builder()
                .set("schemaVersion", 2)
                .set("mediaType", type)
                .set("config", descriptor(config()))
                .set(
                        "layers",
                        JsonArray.create(
                                layers.stream().map(FunctionImage::descriptor).toList()))
                .build();
        return blob(manifest, type);
    }

    static Blob index(Collection<FunctionImage> images) {
        boolean docker = images.stream().allMatch(FunctionImage::isDocker);
        var type = docker
                ? "application/vnd.docker.distribution.manifest.list.v2+json"
                : "application/vnd.oci.image.index.v1+json";
        var manifests = images.stream()
                .map(image -> JsonObject.builder()
                        .from(descriptor(image.manifest()))
                        .set(
                                "platform",
                                JsonObject.builder()
                                        .set("os", image.architecture.equals("unknown") ? "unknown" : "linux")
                                        .set("architecture", image.architecture)
                                        .build())
                        .build())
                .toList();
        return blob(
                JsonObject.builder()
                        .set("schemaVersion", 2)
                        .set("mediaType", type)
                        .set("manifests", JsonArray.create(manifests))
                        .build(),
                type);
    }

    private static JsonObject descriptor(Blob blob) {
        return JsonObject.builder()
                .set("mediaType", blob.mediaType)
                .set("size", blob.bytes.length)
                .set("digest", blob.digest)
                .build();
    }

    private static Blob blob(JsonObject json, String mediaType) {
        var bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        return new Blob(bytes, digest(bytes), mediaType);
    }

    /// A tar of these entries, names as they are (`../x` too).
    public static byte[] tar(List<Entry> entries) {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (var entry : entries) {
                var header = new TarArchiveEntry(entry.path, entry.type, true);
                header.setLinkName(entry.link);
                header.setMode(entry.mode);
                header.setModTime(MADE_MS); // so that equal images have equal digests
                header.setSize(entry.content.length);
                tar.putArchiveEntry(header);
                tar.write(entry.content);
                tar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static byte[] gzip(byte[] bytes) {
        var zipped = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }

    /// `sha256:...` of these bytes.
    public static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
