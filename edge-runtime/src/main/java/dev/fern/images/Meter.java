package dev.fern.images;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;

/// A layer's tar on its way from gzip to the unpacker: its bytes are digested, and counted against what the image may
/// take in all. So a layer that swells without end stops in time.
final class Meter extends FilterInputStream {
    /// What the headers of one entry may take: names and attributes, which the tar reader keeps in memory.
    static final int HEADER = 1 << 20;

    /// A tar ends with up to 511 zeros of padding and two blocks of zeros. umoci leaves them out, and Go's reader is
    /// content without: so are we, but only behind an entry, where no content is missing.
    private static final int END = 511 + 2 * 512;

    private final MessageDigest digest = Digests.sha256();
    private final Allowance allowance;
    private boolean inHeader;
    private int headerLeft;
    private int zerosLeft = END;

    Meter(InputStream in, Allowance allowance) {
        super(in);
        this.allowance = allowance;
    }

    /// From here to [#inContent] an entry's headers are read.
    void inHeader() {
        inHeader = true;
        headerLeft = HEADER;
    }

    void inContent() {
        inHeader = false;
    }

    /// Of all that was read. Ends the computation.
    String digest() {
        return Digests.text(digest);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = in.read(bytes, offset, length);
        if (n > 0) {
            digest.update(bytes, offset, n);
            allowance.bytes(n);
            headerLeft -= inHeader ? n : 0;
            if (headerLeft < 0) {
                throw allowance.refusal("an entry with a header of more than 1 MB");
            }
        } else if (n < 0 && inHeader && zerosLeft > 0) {
            int zeros = Math.min(length, zerosLeft);
            Arrays.fill(bytes, offset, offset + zeros, (byte) 0);
            zerosLeft -= zeros;
            return zeros;
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        var buffer = new byte[(int) Math.min(Math.max(n, 1), 16 << 10)];
        return n <= 0 ? 0 : Math.max(0, read(buffer, 0, (int) Math.min(n, buffer.length)));
    }
}
