package dev.fern.sensor;

/// A chip with registers of a byte each, while it is spoken to.
interface Chip extends AutoCloseable {
    /// Reads registers that follow each other, in one go.
    ///
    /// @param length up to 32
    byte[] read(int register, int length) throws SensorException;

    /// Writes one register.
    void write(int register, int value) throws SensorException;

    @Override
    void close();

    /// How to get hold of it.
    interface Opening {
        Chip open() throws SensorException;
    }
}
