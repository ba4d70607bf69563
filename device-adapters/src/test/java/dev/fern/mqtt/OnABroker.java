package dev.fern.mqtt;

import dev.fern.kit.Mosquitto;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// For each test a broker, a device that is connected to it, and somebody else who is.
abstract class OnABroker {
    @TempDir
    Path folder;

    Mosquitto broker;
    Device device;
    Outside outside;

    @BeforeEach
    final void start() throws Exception {
        broker = Mosquitto.start(folder);
        device = new Device(broker.url());
        outside = new Outside(broker.port());
    }

    @AfterEach
    final void stop() throws Exception {
        outside.close();
        device.close();
        broker.close();
    }
}
