package dev.fern.wasm;

import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a command has around it during one call, as a process of an operating system has it.
final class CommandRun {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_PART = 256;

    final Strings args;
    final Streams streams;
    final Clocks clocks;
    private final Supplier<Map<String, String>> variables;
    private @Nullable Strings env;
    private volatile boolean stopped;

    /// @param variables the environment, asked for when the command asks
    CommandRun(Strings args, Supplier<Map<String, String>> variables, byte[] in, OutputStream err, int answerBytes) {
        this.args = args;
        this.variables = variables;
        streams = new Streams(in, err, answerBytes);
        clocks = new Clocks(streams);
    }

    /// Ends it at its next call of a function of ours; its own code is ended by the interrupt. Any thread.
    void stop() {
        stopped = true;
    }

    void check() {
        if (stopped || Thread.currentThread().isInterrupted()) {
            throw Exit.interrupted();
        }
    }

    Strings env() {
        if (env == null) {
            env = new Strings(variables.get().entrySet().stream()
                    .map(variable -> variable.getKey() + "=" + variable.getValue())
                    .toList());
        }
        return env;
    }

    int random(LinearMemory memory, int to, int length) {
        var part = new byte[Math.min(RANDOM_PART, length < 0 ? RANDOM_PART : length)];
        long end = Integer.toUnsignedLong(to) + Integer.toUnsignedLong(length);
        for (long at = Integer.toUnsignedLong(to); at < end; at += part.length) {
            check();
            RANDOM.nextBytes(part);
            memory.write((int) at, part, 0, (int) Math.min(part.length, end - at));
        }
        return Wasi.SUCCESS;
    }
}
