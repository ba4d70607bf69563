package dev.fern.journal;

import java.nio.file.Path;

/// The file was written by a later version, in a way that this one would misread. It is left as it is.
public final class NewerFormatException extends Exception {
    NewerFormatException(Path file, int minReader) {
        super(file + " was written by a later Fern (format " + minReader
                + "); install that version again, or move the file away to start without the calls in it");
    }
}
