package dev.fern.journal;

import dev.fern.Call;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A call on disk.
///
/// @param seq its place in the order of acceptance, over all restarts
/// @param lane the lane it is in
/// @param call what is owed; its `attempt` is the one to be made next
/// @param state what is to be done with it
/// @param reason why it failed last
/// @param owed what the function answered and which targets have not had it; empty unless it is answered
public record Entry(
        long seq,
        String lane,
        Call call,
        State state,
        @Nullable String reason,
        List<Delivery> owed) {
    /// What is to be done with a call.
    public enum State {
        /// Run it, in its lane's order.
        QUEUED(0),
        /// It failed and stepped aside: run it again later.
        WAITING(1),
        /// The function has run: only targets are owed.
        ANSWERED(2),
        /// Given up; a person may run it again.
        DEAD(3);

        /// How the file says it.
        final int code;

        State(int code) {
            this.code = code;
        }

        static State of(int code) {
            for (var state : values()) {
                if (state.code == code) {
                    return state;
                }
            }
            return DEAD; // a state of a later version: leave it to a person
        }
    }

    public Entry {
        owed = List.copyOf(owed);
    }
}
