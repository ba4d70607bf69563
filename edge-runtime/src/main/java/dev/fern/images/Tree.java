package dev.fern.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A folder in which an image's file system grows, and out of which nothing leads: every folder on the way to a file is
/// a real one, never a symlink, and a symlink points into the folder. Paths are those of the image, made [#normal].
///
/// An absolute symlink means the image's root, so it is written as a relative one. Modes keep read and execute, no
/// setuid and no writing by others. What is not kept at all: owners, extended attributes.
final class Tree {
    private static final int BLOCK = 4 << 10;
    /// 2100: beyond, file systems differ.
    private static final long LATEST_MS = 4_102_444_800_000L;

    private final Path root;
    private final Allowance allowance;
    private final Room room;
    private long bytes;

    /// Refuses before the disk is full.
    interface Room {
        void need(long bytes) throws IOException;
    }

    Tree(Path root, Allowance allowance, Room room) {
        this.root = root;
        this.allowance = allowance;
        this.room = room;
    }

    /// The path without `.`, doubled and outer slashes; null if it goes up. Empty is the root.
    static @Nullable String normal(String path) {
        var parts = new StringBuilder();
        for (var part : path.split("/")) {
            if (part.equals("..")) {
                return null;
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.append(parts.isEmpty() ? "" : "/").append(part);
            }
        }
        return parts.toString();
    }

    /// What has been written, in whole blocks; what was replaced since is still counted.
    long bytes() {
        return bytes;
    }

    boolean isEmpty() throws IOException {
        try (var files = Files.walk(root)) {
            return files.noneMatch(Files::isRegularFile);
        }
    }

    void folder(String path) throws IOException {
        var folder = place(path);
        if (!isFolder(folder)) {
            Disk.delete(folder);
            make(folder);
        }
    }

    void file(String path, int mode, FileTime time, long size, InputStream content) throws IOException {
        room.need(size);
        var file = place(path);
        Disk.delete(file);
        try (var out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.transferTo(out);
        }
        Files.setPosixFilePermissions(file, permissions(mode));
        // Python compares a source's time with what its compiled form says
        Files.setLastModifiedTime(file, FileTime.fromMillis(Math.clamp(time.toMillis(), 0, LATEST_MS)));
        bytes += (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    void symlink(String path, String target) throws IOException {
        var way = new ArrayDeque<String>();
        var parent = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        if (!target.startsWith("/") && !parent.isEmpty()) {
            way.addAll(List.of(parent.split("/")));
        }
        for (var part : target.split("/")) {
            if (part.equals("..")) {
                if (way.pollLast() == null) {
                    throw allowance.refusal("the symlink '" + path + "' to '" + target + "', which leaves the image");
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                way.add(part);
            }
        }
        var link = place(path);
        Disk.delete(link);
        // with '..' at its beginning only, the link stays inside whatever the folders on its way are or become
        var relative = local(parent).relativize(local(String.join("/", way)));
        Files.createSymbolicLink(link, relative.toString().isEmpty() ? Path.of(".") : relative);
    }

    void hardLink(String path, String target) throws IOException {
        var normal = normal(target);
        var file = normal == null || normal.isEmpty() ? null : existing(normal);
        if (file == null || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw allowance.refusal(
                    "the hard link '" + path + "' to '" + target + "', which is no file of these layers");
        }
        var link = place(path);
        if (!link.equals(file)) {
            Disk.delete(link);
            Files.createLink(link, file);
        }
    }

    /// Removes the path and what is below it, but for what is spared.
    void hide(String path, Set<String> spared) throws IOException {
        var hidden = existing(path);
        if (hidden == null) {
            return;
        }
        if (!spared.contains(path)) {
            Disk.delete(hidden);
        } else {
            hideChildren(path, spared);
        }
    }

    void hideChildren(String path, Set<String> spared) throws IOException {
        var folder = path.isEmpty() ? root : existing(path);
        if (folder == null || !isFolder(folder)) {
            return;
        }
        try (var children = Files.newDirectoryStream(folder)) {
            for (var child : children) {
                hide((path.isEmpty() ? "" : path + "/") + child.getFileName(), spared);
            }
        }
    }

    /// Where the path is to be made; the folders above it are made, if they are not there.
    private Path place(String path) throws IOException {
        var place = root;
        var relative = local(path);
        for (int i = 0; i < relative.getNameCount() - 1; i++) {
            place = place.resolve(relative.getName(i));
            if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                make(place);
            } else if (!isFolder(place)) {
                throw allowance.refusal("'" + path + "' below '" + root.relativize(place) + "', which is no folder");
            }
        }
        return place.resolve(relative.getFileName());
    }

    /// What is at the path, or null if nothing is, or only by way of a symlink.
    private @Nullable Path existing(String path) throws IOException {
        var place = root;
        for (var name : local(path)) {
            if (!isFolder(place)) {
                return null;
            }
            place = place.resolve(name);
        }
        return Files.exists(place, LinkOption.NOFOLLOW_LINKS) ? place : null;
    }

    private Path local(String path) throws IOException {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw allowance.refusal(
                    "the path '" + path + "', which cannot be a file here (is LANG=C.UTF-8 set for the daemon?)");
        }
    }

    private static boolean isFolder(Path place) {
        return Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS);
    }

    private void make(Path folder) throws IOException {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, permissions(0755));
        bytes += BLOCK;
    }

    /// The owner may always read and write, so that the store can remove it.
    private static Set<PosixFilePermission> permissions(int mode) {
        var permissions = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        var bits = PosixFilePermission.values();
        for (int i = 0; i < bits.length; i++) {
            boolean set = (mode >> (bits.length - 1 - i) & 1) == 1;
            if (set && bits[i] != PosixFilePermission.GROUP_WRITE && bits[i] != PosixFilePermission.OTHERS_WRITE) {
                permissions.add(bits[i]);
            }
        }
        return permissions;
    }
}
