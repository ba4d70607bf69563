package dev.fern;

import java.time.Instant;
import java.util.List;

/// Runs functions of one kind.
public interface FunctionRuntime extends AutoCloseable {
    /// `java`, `javascript`, `wasm` or `process`.
    String name();

    /// Whether this is the runtime for that code, by what is in the image.
    boolean canRun(Fn fn, Bundle bundle);

    /// Loads the code. Runs code of the function's author (static initialisers): call it on a thread that may hang.
    ///
    /// @throws InvalidDefinitionException if there is no such class, file or handler
    Program load(Fn fn, Bundle bundle) throws InvalidDefinitionException;

    /// Whether its functions take their memory from this JVM's heap, so that a call must be watched for it.
    default boolean sharesHeap() {
        return true;
    }

    /// Ends what that thread does in [#load] or [Program#start], as far as this runtime can. Comes from another
    /// thread, together with an interrupt, when it takes too long or too much. Must not wait.
    default void stop(Thread loader) {}

    /// What holds a bad function of this kind back on this device, one phrase a guard; empty if there is nothing that
    /// differs between devices, or as long as nothing was loaded.
    default List<String> guards() {
        return List.of();
    }

    @Override
    void close();

    /// Loaded code of one version. Any thread.
    interface Program extends AutoCloseable {
        /// A further instance, for one call at a time. May run code of the author, as [#load] may.
        Instance start() throws InvalidDefinitionException;

        /// Frees the code. Calls under way may fail.
        @Override
        void close();
    }

    /// One instance of a function. One thread at a time, though not always the same; only [#stop] comes from another.
    interface Instance extends AutoCloseable {
        /// Runs one call to its end on this thread. Whatever the function does becomes a [Result].
        ///
        /// @param deadline when the caller stops waiting
        /// @param log takes each line the function prints
        Result call(Call call, Instant deadline, CallLog log) throws InterruptedException;

        /// Ends the call under way as far as this runtime can, so that its thread comes back. Comes from another
        /// thread, once, when a limit is passed, together with an interrupt of the calling thread. The instance
        /// is closed after it and never called again. Must not wait.
        default void stop() {}

        /// Makes the code of the call wait within some steps, if this runtime can, until told to go on: somebody
        /// finds out whether it fills the heap. From another thread, in pairs. Takes no memory, and is quick.
        default void hold(boolean wait) {}

        /// The ids of further threads that work for it: what they allocate counts too. Any thread; asked often.
        default long[] threads() {
            return new long[0];
        }

        /// Whether it can take no further call: its process has died, its context was closed. Asked between calls.
        default boolean spent() {
            return false;
        }

        @Override
        void close();
    }
}
