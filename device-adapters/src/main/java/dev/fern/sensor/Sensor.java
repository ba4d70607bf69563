package dev.fern.sensor;

/// One sensor, and all that a further driver has to bring. Asked on the thread of its bus only.
interface Sensor {
    /// What it shares with others, such as `i2c-1`: the sensors of one bus are read one after the other.
    String bus();

    /// Reads it, and waits for it. Opens what it needs and closes it again, so a sensor that was away is simply there
    /// the next time.
    ///
    /// @throws SensorException if it cannot be read, or what it says cannot be believed
    Reading read() throws SensorException, InterruptedException;
}
