package dev.fern.mqtt;

import dev.fern.Time;
import java.time.Duration;
import org.eclipse.paho.mqttv5.client.MqttPingSender;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.jspecify.annotations.Nullable;

/// Pings on the daemon's own timer. Paho's has a thread for each connection, which stays if a connection is lost while
/// it comes up.
final class KeepAlive implements MqttPingSender {
    private final Time time;
    private @Nullable ClientComms comms;
    private Time.@Nullable Timer timer;
    private boolean stopped;

    KeepAlive(Time time) {
        this.time = time;
    }

    @Override
    public synchronized void init(ClientComms pinged) {
        comms = pinged;
    }

    /// Called again once the broker's own Server Keep Alive is known, which Paho heeds only after the first ping.
    @Override
    public synchronized void start() {
        if (comms != null) {
            schedule(comms.getKeepAlive());
        }
    }

    @Override
    public synchronized void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    @Override
    public synchronized void schedule(long delayMs) {
        var pinged = comms;
        if (timer != null) {
            timer.cancel();
        }
        if (!stopped && pinged != null) {
            // finding the broker gone takes Paho a while, which the timer's thread has not
            timer = time.after(
                    Duration.ofMillis(delayMs),
                    () -> Thread.ofVirtual().name("fern-mqtt-ping").start(pinged::checkForActivity));
        }
    }
}
