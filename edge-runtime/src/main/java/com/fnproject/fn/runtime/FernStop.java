package com.fnproject.fn.runtime;

/// Ends what a function does when a limit was passed. An Error, for functions that catch Exception; one who catches it
/// meets it again at the next step.
final class FernStop extends Error {
    /// @param first whether it is the first one and says where the function was
    FernStop(String why, boolean first) {
        super(why, null, false, first);
    }
}
