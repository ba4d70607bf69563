package com.fnproject.fn.runtime;

/// Ends what a function does when it asks for the end of the process. An Error, for functions that catch Exception.
final class FernExit extends Error {
    FernExit(String call) {
        super("function called " + call);
    }
}
