package dev.fern;

/// Why something is not as it should be, for the person who can change it.
///
/// @param why one plain sentence, in lower case and without a full stop
/// @param whatToDo what that person does about it
public record Problem(String why, String whatToDo) {
    /// Both, in one line.
    @Override
    public String toString() {
        return why + "; " + whatToDo;
    }
}
