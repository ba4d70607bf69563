package dev.fern;

/// What one instance of a function asks the heap for in large pieces, and what follows if there is no room. Any thread.
public final class HeapRequests {
    private static final Heap HEAP = new Heap();

    private volatile boolean refused;

    /// A call begins.
    public void begin() {
        refused = false;
    }

    /// Whether so many more bytes can be had, see [Heap#holds].
    public boolean holds(long bytes) {
        boolean fits = HEAP.holds(bytes);
        if (!fits) {
            refused = true;
        }
        return fits;
    }

    /// Whether the instance must begin afresh after a call that ended so: it was refused memory and failed, and what it
    /// keeps may be what there is no room for. One that was refused and answers has dealt with it.
    public boolean spoils(Result result) {
        return refused && !(result instanceof Result.Success);
    }
}
