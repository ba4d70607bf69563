package dev.fern.pwm;

/// Channels with nothing connected to them.
final class SimulatedChips implements Chips {
    @Override
    public Output open(String channel, long periodNanos) {
        return new Output() {
            @Override
            public void high(long nanos) {}

            @Override
            public void close() {}
        };
    }
}
