package dev.fern;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Counts what SQLite writes for one database in WAL mode, by reading the log itself (sqlite.org/fileformat2.html,
/// section 4): each frame once when it is appended, and each page once more when it is copied into the database.
///
/// ```
/// log:   header frame*
/// header 32 bytes: ... | 8 page size:i32 | ... | 16 salts:i64 | ...       written anew, with other salts, when the
///                                                                         log begins again
/// frame  24 bytes and a page: 0 page number:i32 | 4 not 0 at a commit:i32 | 8 salts:i64 | ...
/// ```
/// What a transaction wrote that was taken back is not counted, nor is the making of a new file. One thread at a time.
public final class WalMeter implements AutoCloseable {
    private static final int HEADER = 32;
    private static final int FRAME = 24;

    private final Path log;
    private final LongAdder written;
    private final ByteBuffer buffer = ByteBuffer.allocate(HEADER);
    /// Pages that are in the log only.
    private final BitSet pages = new BitSet();

    private @Nullable FileChannel channel;
    private long salts;
    private int pageSize;
    private int frames;

    /// Before the database is opened: what an earlier process left in the log is not counted.
    public WalMeter(Path database, LongAdder written) {
        log = database.resolveSibling(database.getFileName() + "-wal");
        this.written = written;
        read(false);
    }

    /// After a commit: counts what it has written.
    public void look() {
        read(true);
    }

    /// Bytes that are in the log only.
    public long bytes() {
        return frames * (long) (FRAME + pageSize);
    }

    /// All of the log has been copied into the database, so the next commit begins it again.
    public void checkpointed() {
        written.add(pages.cardinality() * (long) pageSize);
        pages.clear();
        frames = 0;
        salts = 0;
    }

    private void read(boolean counting) {
        try {
            if (!fill(0, HEADER)) {
                return;
            }
            if (buffer.getLong(16) != salts) {
                if (frames > 0) {
                    checkpointed(); // by SQLite itself: a log with something in it is never begun again before
                }
                salts = buffer.getLong(16);
                pageSize = buffer.getInt(8);
                written.add(counting ? HEADER : 0);
            }
            int transaction = 0;
            while (fill(HEADER + (frames + transaction) * (long) (FRAME + pageSize), FRAME)
                    && buffer.getLong(8) == salts) {
                pages.set(buffer.getInt(0));
                transaction++;
                if (buffer.getInt(4) != 0) {
                    frames += transaction;
                    written.add(counting ? transaction * (long) (FRAME + pageSize) : 0);
                    transaction = 0;
                }
            }
        } catch (IOException e) {
            // a number too low; that the disk cannot be read shows where it matters
        }
    }

    /// @return false if the log ends before
    private boolean fill(long from, int length) throws IOException {
        try {
            var open = channel;
            if (open == null) {
                open = FileChannel.open(log);
                channel = open;
            }
            buffer.clear().limit(length);
            while (buffer.hasRemaining()) {
                if (open.read(buffer, from + buffer.position()) < 0) {
                    return false;
                }
            }
            return true;
        } catch (NoSuchFileException e) {
            return false; // nothing has been written
        }
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // it was only read
        }
    }
}
