package dev.fern.gpio;

import com.pi4j.context.Context;
import com.pi4j.exception.InitializeException;
import com.pi4j.exception.ShutdownException;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputBase;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeEvent;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Pi4J's digital input on a line of a [Board].
final class BoardInput extends DigitalInputBase {
    private final Board board;
    private Board.@Nullable Line line;

    BoardInput(Board board, DigitalInputProvider provider, DigitalInputConfig config) {
        super(provider, config);
        this.board = board;
    }

    /// What Pi4J's own event leaves out: when it happened, and whether one is missing.
    static final class Change extends DigitalStateChangeEvent<DigitalInput> {
        private final long nanos;
        private final long seq;

        Change(DigitalInput source, boolean high, long nanos, long seq) {
            super(source, DigitalState.getState(high));
            this.nanos = nanos;
            this.seq = seq;
        }

        boolean high() {
            return state().isHigh();
        }

        /// See [Board.Changes].
        long nanos() {
            return nanos;
        }

        /// See [Board.Changes].
        long seq() {
            return seq;
        }
    }

    @Override
    public DigitalInput initialize(Context context) throws InitializeException {
        super.initialize(context);
        try {
            line = board.input(bcm(), pull(), (high, nanos, seq) -> dispatch(new Change(this, high, nanos, seq)));
        } catch (IOException e) {
            throw new InitializeException(e);
        }
        return this;
    }

    /// See [Board.Line#debounce].
    void debounce(Duration least) {
        if (line != null) {
            line.debounce(least);
        }
    }

    @Override
    public DigitalState state() {
        if (line == null) {
            return DigitalState.UNKNOWN;
        }
        try {
            return DigitalState.getState(line.high());
        } catch (IOException e) {
            throw new com.pi4j.io.exception.IOException(e);
        }
    }

    @Override
    public DigitalInput shutdownInternal(Context context) throws ShutdownException {
        super.shutdownInternal(context);
        if (line != null) {
            line.release();
            line = null;
        }
        return this;
    }
}
