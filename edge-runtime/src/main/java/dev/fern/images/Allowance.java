package dev.fern.images;

/// What one image may unpack to, over all its layers. Not for several threads.
final class Allowance {
    static final int MOST_ENTRIES = 100_000;

    private final Reference image;
    private final long most;
    private final boolean alone;
    private long bytes;
    private int entries;

    /// @param most bytes
    /// @param alone whether it would be no more if this were the only image
    Allowance(Reference image, long most, boolean alone) {
        this.image = image;
        this.most = most;
        this.alone = alone;
    }

    void bytes(long more) throws Failures.Refused {
        bytes += more;
        if (bytes > most) {
            var why = image + " unpacks to more than " + (most >> 20) + " MB";
            throw new Failures.Refused(
                    alone
                            ? ImageException.never(
                                    why, "make the image smaller, or raise limits.images-bytes in fern.yaml")
                            : ImageException.later(
                                    why + ", which is all that the images in use leave",
                                    "raise limits.images-bytes in fern.yaml, or have fewer functions here"));
        }
    }

    void entry() throws Failures.Refused {
        if (++entries > MOST_ENTRIES) {
            throw new Failures.Refused(ImageException.never(
                    image + " holds more than " + MOST_ENTRIES + " files and folders",
                    "leave out of it what the function does not need"));
        }
    }

    /// For what no image may do.
    Failures.Refused refusal(String what) {
        return new Failures.Refused(ImageException.never(
                "a layer of " + image + " is refused: it holds " + what,
                "build the image again with a tool that you trust"));
    }
}
