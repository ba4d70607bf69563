package dev.fern.process;

import dev.fern.Console;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import java.io.IOException;

/// What is started for each instance of one version of a function. Holds nothing but words.
final class ProcessProgram implements FunctionRuntime.Program {
    private final Fn fn;
    private final Order order;
    private final Launcher launcher;
    private final int answerBytes;
    private final Metrics metrics;

    ProcessProgram(Fn fn, Order order, Launcher launcher, int answerBytes, Metrics metrics) {
        this.fn = fn;
        this.order = order;
        this.launcher = launcher;
        this.answerBytes = answerBytes;
        this.metrics = metrics;
    }

    @Override
    public FunctionRuntime.Instance start() throws InvalidDefinitionException {
        Launcher.Child child;
        try {
            child = launcher.start(order);
        } catch (IOException e) {
            throw new InvalidDefinitionException(
                    fn.name() + " cannot be started: " + e.getMessage(),
                    "check that bubblewrap is installed, and what `journalctl -u fern-process` says");
        }
        var cut = metrics.counter(
                "fern_function_output_cut_total", "fn", fn.name().toString());
        var instance = new ProcessInstance(fn, child, new Console(cut), answerBytes, metrics);
        instance.awaitSocket();
        return instance;
    }

    @Override
    public void close() {
        // each instance ends its process
    }
}
