package dev.fern.gpio;

import com.pi4j.context.Context;
import com.pi4j.exception.InitializeException;
import com.pi4j.exception.ShutdownException;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputBase;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalOutputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Pi4J's digital output on a line of a [Board].
final class BoardOutput extends DigitalOutputBase {
    private final Board board;
    private Board.@Nullable Output line;

    BoardOutput(Board board, DigitalOutputProvider provider, DigitalOutputConfig config) {
        super(provider, config);
        this.board = board;
    }

    // Pi4J would take the line first and set it afterwards; a relay hears the difference.
    @Override
    public DigitalOutput initialize(Context context) throws InitializeException {
        state = config().initialState();
        try {
            line = board.output(bcm(), state.isHigh());
        } catch (IOException e) {
            throw new InitializeException(e);
        }
        return super.initialize(context);
    }

    @Override
    public DigitalOutput state(DigitalState level) {
        if (line != null) {
            try {
                line.set(level.isHigh());
            } catch (IOException e) {
                throw new com.pi4j.io.exception.IOException(e);
            }
        }
        return super.state(level);
    }

    /// As it is on the wire, which something else may drive too.
    @Override
    public DigitalState state() {
        if (line != null) {
            try {
                return DigitalState.getState(line.high());
            } catch (IOException e) {
                throw new com.pi4j.io.exception.IOException(e);
            }
        }
        return super.state();
    }

    @Override
    public DigitalOutput shutdownInternal(Context context) throws ShutdownException {
        super.shutdownInternal(context);
        if (line != null) {
            line.release();
            line = null;
        }
        return this;
    }
}
