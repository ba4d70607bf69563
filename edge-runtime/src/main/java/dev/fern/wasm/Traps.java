package dev.fern.wasm;

import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.runtime.WasmException;

/// Names traps as the WebAssembly test suite does: `unreachable`, `out of bounds memory access`, `integer
/// divide by zero`.
final class Traps {
    private Traps() {}

    static String name(RuntimeException trap) {
        var message = String.valueOf(trap.getMessage());
        return switch (trap) {
            case WasmException _ -> "uncaught exception";
            case TrapException _ when message.contains("unreachable") -> "unreachable";
            default -> message;
        };
    }
}
