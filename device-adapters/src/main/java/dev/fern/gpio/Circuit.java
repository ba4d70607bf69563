package dev.fern.gpio;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProviderBase;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalOutputProviderBase;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.PullResistance;
import dev.fern.Problem;
import java.util.logging.Level;
import java.util.logging.Logger;

/// Pi4J's context over one board: nothing is looked for on the class path, no shutdown hook, no thread of its own.
/// Make one when the first line is needed: it takes some 100 ms and a few hundred classes.
final class Circuit implements AutoCloseable {
    // Held here because java.util.logging forgets the level of a logger that nobody holds.
    private static final Logger PI4J = Logger.getLogger("com.pi4j");
    private static final Logger DETECTION = Logger.getLogger("com.pi4j.boardinfo");

    private final Context context;

    Circuit(Board board) {
        PI4J.setLevel(Level.WARNING);
        // Pi4J looks for a Raspberry Pi whatever it is asked, and calls it an error when there is none.
        DETECTION.setLevel(Level.OFF);
        context = Pi4J.newContextBuilder()
                .noAutoDetect()
                .noAutoInject()
                .disableShutdownHook()
                .add(new Inputs(board), new Outputs(board))
                .build();
    }

    /// Takes a line as an input. Its listeners get a [BoardInput.Change] for every change.
    ///
    /// @throws RuntimeException of Pi4J if it cannot be had; [#reason] has the reason
    DigitalInput input(int line, PullResistance pull) {
        return context.create(DigitalInputConfig.newBuilder(context)
                .id("input-" + line)
                .bcm(line)
                .pull(pull)
                .debounce(0L)
                .build());
    }

    /// Takes a line as an output with that first level.
    ///
    /// @throws RuntimeException of Pi4J if it cannot be had; [#reason] has the reason
    DigitalOutput output(int line, boolean high) {
        return context.create(DigitalOutputConfig.newBuilder(context)
                .id("output-" + line)
                .bcm(line)
                .initial(DigitalState.getState(high))
                .build());
    }

    private static Throwable cause(Throwable failure) {
        var cause = failure;
        while (cause.getCause() instanceof Throwable deeper) {
            cause = deeper;
        }
        return cause;
    }

    /// What went wrong and what to do, as whoever first said it knows.
    static Problem problem(Throwable failure) {
        return cause(failure) instanceof LineException known
                ? known.problem()
                : new Problem(reason(failure), "see what else uses the line");
    }

    /// What went wrong, in the words of whoever first said it.
    static String reason(Throwable failure) {
        var cause = cause(failure);
        return cause.getMessage() instanceof String message ? message : cause.toString();
    }

    /// Gives back whatever is still held.
    @Override
    public void close() {
        context.shutdown();
    }

    private static final class Inputs extends DigitalInputProviderBase {
        private final Board board;

        Inputs(Board board) {
            super("fern-inputs", "Fern inputs");
            this.board = board;
        }

        @Override
        public DigitalInput create(DigitalInputConfig config) {
            var input = new BoardInput(board, this, config);
            context().registry().add(input);
            return input;
        }
    }

    private static final class Outputs extends DigitalOutputProviderBase {
        private final Board board;

        Outputs(Board board) {
            super("fern-outputs", "Fern outputs");
            this.board = board;
        }

        @Override
        public DigitalOutput create(DigitalOutputConfig config) {
            var output = new BoardOutput(board, this, config);
            context().registry().add(output);
            return output;
        }
    }
}
