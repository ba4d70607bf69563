package dev.fern.fdk;

import java.io.PrintStream;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where the daemon and the functions' world meet: of all classes of Fern that world sees this one and what
/// is nested in it, so it speaks in types of the JDK only. The world's side is
/// `com.fnproject.fn.runtime.FernBridge`.
public interface Bridge {
    /// Makes an instance: the function's features, constructor and configuration methods run on this thread.
    ///
    /// @param mapper the function's own Jackson `ObjectMapper`, or null if it uses the FDK's
    /// @throws RuntimeException what the FDK or the function threw
    Instance open(Class<?> type, Method method, Map<String, String> config, @Nullable Class<?> mapper);

    /// One instance of a function.
    interface Instance {
        /// Runs one call to its end. Throws nothing: it is in the reply.
        ///
        /// @param headers makes them; asked at most once, and only if the function wants to know
        /// @param most bytes that an answer may have
        Reply call(Supplier<Map<String, List<String>>> headers, byte[] body, String callId, Instant deadline, int most);
    }

    /// How a call ended.
    ///
    /// @param status the FDK's: 200, or why not
    /// @param failure what was thrown; then the rest means nothing
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Reply(
            int status,
            Map<String, List<String>> headers,
            byte[] body,
            @Nullable Throwable failure) {}

    /// What the function's code gets in place of the process it would have for itself in a container.
    interface Host {
        PrintStream out();

        PrintStream err();

        Map<String, String> env();

        /// The function wanted to end the process.
        void exited(String call);

        /// The function called something that would touch everybody and was not carried out.
        void ignored(String call);

        /// The function made this executor or timer; it ends with it.
        ///
        /// @throws Error if the function has too many threads
        void owns(Object made);

        /// The function is about to start this thread.
        ///
        /// @throws Error if the function has too many threads
        void starts(Thread thread);

        /// Why the code on this thread must end now, or null. Makes it wait while it is in doubt.
        ///
        /// @param gate where it is: a class of the function's own loader
        @Nullable Stop stopped(Class<?> gate);

        /// The same, but null as long as the code has some time left to clean up.
        @Nullable Stop stoppedForLong(Class<?> gate);

        /// Why so many bytes at once are too many, or null.
        @Nullable String refuses(long bytes);
    }

    /// Why code must end.
    ///
    /// @param first whether nobody has been told before
    record Stop(String why, boolean first) {}
}
