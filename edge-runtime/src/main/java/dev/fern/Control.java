package dev.fern;

import java.util.List;
import java.util.function.Consumer;

/// What an operator can ask of the daemon, whoever carries the question: HTTP today, MQTT too. Any thread.
public interface Control {
    Status status();

    /// The status as JSON, as `fern status --json` prints it.
    String statusJson();

    /// True once the definitions (or the copy) are applied and each function is ready or has a reason.
    boolean ready();

    /// Calls that are owed, oldest first.
    List<CallInfo> calls(int most);

    /// Dead calls, newest first.
    List<CallInfo> dead(int most);

    /// Runs a dead call again, under its own id; or, for a function's name, lifts its quarantine.
    ///
    /// @return false if there is no such dead call or quarantined function
    boolean retry(String callOrFunction);

    /// Makes an event by hand.
    ///
    /// @throws InvalidDefinitionException if there is no such adapter or it cannot
    void emit(String type, String address, Payload body) throws InvalidDefinitionException;

    /// The last lines that functions and daemon wrote, oldest first, as `TIME APP/NAME CALL TEXT`.
    List<String> logs(int most);

    /// Hands over each further line until closed.
    AutoCloseable follow(Consumer<String> line);

    /// Looks at the cloud now.
    void sync();

    /// Hears from an adapter that the device's own broker is there now, or gone; from the source of definitions, if the
    /// device has no broker, that the Fn server answers.
    void online(boolean up);

    /// Tells the listener of what happens from now on. Its methods only hand over.
    void listen(Listener listener);

    /// Hears of changes. Any thread.
    interface Listener {
        /// Something in [#status] is different; calls going through do not count.
        void statusChanged();

        /// A call was given up.
        void died(CallInfo call);

        /// The device is online now, or not any more. May come twice.
        default void online(boolean up) {}
    }
}
