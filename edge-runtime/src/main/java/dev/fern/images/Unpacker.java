package dev.fern.images;

import dev.fern.images.Layers.Keep;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/// Unpacks layers over each other into a folder, from the lowest up (OCI image-spec 1.1, layer.md): a later layer's
/// files replace, its whiteouts (`.wh.NAME`, `.wh..wh..opq`) remove what lower layers brought.
///
/// The layers are not to be trusted: nothing is written, linked or removed outside the folder ([Tree]). Devices and
/// pipes are left out. Not for several threads.
final class Unpacker {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int GZIP = 0x1f8b;
    private static final int ZSTD = 0x28b5;

    private final Tree tree;
    private final Keep keep;
    private final Allowance allowance;
    /// What this layer brought, with the folders above: its own whiteouts do not touch these.
    private final Set<String> brought = new HashSet<>();

    Unpacker(Tree tree, Keep keep, Allowance allowance) {
        this.tree = tree;
        this.keep = keep;
        this.allowance = allowance;
    }

    /// Unpacks one layer, gzipped or plain, and gives the digest of its tar.
    String layer(InputStream blob) throws IOException {
        brought.clear();
        try (var tar = new Meter(unzip(blob), allowance);
                var entries = new TarArchiveInputStream(tar, "UTF-8")) {
            var content = new Content(entries);
            while (true) {
                tar.inHeader();
                var entry = next(entries);
                tar.inContent();
                if (entry == null) {
                    new Content(tar).transferTo(OutputStream.nullOutputStream());
                    return tar.digest();
                }
                allowance.entry();
                entry(entry, content);
                // so that what was not wanted does not count as the next one's header
                content.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private @Nullable TarArchiveEntry next(TarArchiveInputStream entries) throws IOException {
        TarArchiveEntry entry;
        try {
            entry = entries.getNextEntry();
        } catch (IOException | RuntimeException e) {
            // of several kinds, also from numbers and dates that are none
            throw damaged(e);
        }
        if (entry != null && entry.isSparse()) {
            // its zeros are not in the tar, so nothing would bound them
            throw allowance.refusal("the sparse file '" + entry.getName() + "'");
        }
        return entry;
    }

    /// The layer's digest is right, so what cannot be read in it was built wrong.
    private IOException damaged(Exception failure) {
        return failure instanceof Failures.Refused || failure instanceof ClosedByInterruptException
                ? (IOException) failure
                : allowance.refusal("what is no proper tar or gzip (" + failure.getMessage() + ")");
    }

    /// Tells failures of reading from those of writing, where both meet.
    private final class Content extends FilterInputStream {
        Content(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return in.read(bytes, offset, length);
            } catch (IOException e) {
                throw damaged(e);
            }
        }
    }

    /// By the first bytes, as media types are often wrong.
    private InputStream unzip(InputStream blob) throws IOException {
        var buffered = new BufferedInputStream(blob, 64 << 10);
        buffered.mark(2);
        int magic = buffered.read() << 8 | buffered.read();
        buffered.reset();
        if (magic == ZSTD) {
            throw new Failures.Refused(ImageException.never(
                    "a layer is compressed with zstd, which Fern cannot unpack",
                    "build the image with gzip (docker buildx: --output type=image,compression=gzip)"));
        }
        try {
            return magic == GZIP ? new GZIPInputStream(buffered, 64 << 10) : buffered;
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    private void entry(TarArchiveEntry entry, InputStream content) throws IOException {
        var path = Tree.normal(entry.getName());
        if (path == null) {
            throw allowance.refusal("the path '" + entry.getName() + "', which leaves the image");
        }
        if (path.isEmpty()) {
            return;
        }
        var name = path.substring(path.lastIndexOf('/') + 1);
        if (name.startsWith(WHITEOUT)) {
            whiteout(path.substring(0, path.length() - name.length()), name);
        } else if (keep.takes(path) && write(entry, path, content)) {
            bring(path);
        }
    }

    private void bring(String path) {
        for (var p = path; brought.add(p) && p.indexOf('/') > 0; ) {
            p = p.substring(0, p.lastIndexOf('/'));
        }
    }

    /// @param folder empty, or with a slash at its end
    private void whiteout(String folder, String name) throws IOException {
        if (name.equals(OPAQUE)) {
            tree.hideChildren(folder.isEmpty() ? "" : folder.substring(0, folder.length() - 1), brought);
        } else if (!name.startsWith(WHITEOUT + WHITEOUT)) {
            var hidden = Tree.normal(folder + name.substring(WHITEOUT.length()));
            if (hidden == null || hidden.isEmpty()) {
                throw allowance.refusal("the whiteout '" + folder + name + "'");
            }
            tree.hide(hidden, brought);
        }
    }

    private boolean write(TarArchiveEntry entry, String path, InputStream content) throws IOException {
        switch (entry.getLinkFlag()) {
            case TarConstants.LF_SYMLINK -> tree.symlink(path, entry.getLinkName());
            case TarConstants.LF_LINK -> tree.hardLink(path, entry.getLinkName());
            case TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO -> {
                return false;
            }
            case TarConstants.LF_DIR -> tree.folder(path);
            case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_CONTIG -> {
                if (entry.isDirectory()) {
                    tree.folder(path);
                } else {
                    tree.file(path, entry.getMode(), entry.getLastModifiedTime(), entry.getSize(), content);
                }
            }
            default -> throw allowance.refusal("'" + path + "' of the kind " + (int) entry.getLinkFlag());
        }
        return true;
    }
}
