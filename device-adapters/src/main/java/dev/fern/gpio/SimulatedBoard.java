package dev.fern.gpio;

import com.pi4j.io.gpio.digital.PullResistance;
import dev.fern.Time;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A board with 54 lines named GPIO0 to GPIO53 and nothing connected to them, until [#drive] does. An input that is not
/// driven has the level of its pull: up is high, down and off are low. Any thread.
final class SimulatedBoard implements Board {
    private final Time time;
    private final Wire[] wires = new Wire[LAST_LINE + 1];
    private int requests;
    private int releases;

    SimulatedBoard(Time time) {
        this.time = time;
        for (int i = 0; i < wires.length; i++) {
            wires[i] = new Wire(i);
        }
    }

    @Override
    public int line(String name) {
        for (var wire : wires) {
            if (name.equals("GPIO" + wire.number)) {
                return wire.number;
            }
        }
        return -1;
    }

    @Override
    public synchronized Line input(int line, PullResistance pull, Changes changes) throws IOException {
        var wire = wires[line].take();
        wire.listener = changes;
        wire.high = wire.driven == null ? pull == PullResistance.PULL_UP : wire.driven;
        return wire;
    }

    @Override
    public synchronized Output output(int line, boolean high) throws IOException {
        var wire = wires[line].take();
        wire.listener = null;
        wire.high = high;
        return wire;
    }

    @Override
    public void close() {}

    /// Connects the line to that level from outside.
    ///
    /// @return the number of the change this made, or 0 if nobody listens or nothing changed
    synchronized long drive(int line, boolean high) {
        var wire = wires[line];
        wire.driven = high;
        if (wire.listener == null || wire.high == high) {
            return 0;
        }
        wire.high = high;
        wire.listener.changed(high, time.nanos(), ++wire.seq);
        return wire.seq;
    }

    synchronized boolean high(int line) {
        return wires[line].high;
    }

    /// How often a line was taken since the start.
    synchronized int requests() {
        return requests;
    }

    /// How often a line was given back since the start.
    synchronized int releases() {
        return releases;
    }

    private final class Wire implements Output {
        final int number;
        private boolean held;
        private boolean high;
        private @Nullable Boolean driven;
        private @Nullable Changes listener;
        private long seq;

        Wire(int number) {
            this.number = number;
        }

        Wire take() throws IOException {
            if (held) {
                throw new IOException("line " + number + " is held already");
            }
            requests++;
            held = true;
            seq = 0;
            return this;
        }

        @Override
        public boolean high() {
            synchronized (SimulatedBoard.this) {
                return high;
            }
        }

        @Override
        public void set(boolean level) {
            synchronized (SimulatedBoard.this) {
                high = level;
            }
        }

        @Override
        public void release() {
            synchronized (SimulatedBoard.this) {
                releases++;
                held = false;
                listener = null;
            }
        }
    }
}
