package dev.fern.e2e.bench;

import java.time.Duration;

/// A process that takes messages from one topic of a broker and publishes them on another.
///
/// @param broker what it is connected to
/// @param brokerPort on this machine
/// @param pid of the process
record Contender(Way way, Broker broker, int brokerPort, long pid) {
    /// A broker's setting of `max_inflight_messages`: how many messages of QoS 1 it sends ahead of acknowledgements.
    enum Broker {
        /// As mosquitto comes: 20.
        STOCK,
        /// 0: as many as the other side takes.
        UNLIMITED
    }

    String in() {
        return way.topic() + "/in";
    }

    String out() {
        return way.topic() + "/out";
    }

    /// What its process has used of the processors so far, in user and system mode.
    Duration cpu() {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
    }
}
