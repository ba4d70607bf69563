package dev.fern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Call;
import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.kit.Examples;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Calls as a sensor's messages make them: with id, topic and matches.
final class Sensor {
    private Sensor() {}

    static Entry queued(long seq, int bytes) {
        return entry(seq, bytes, Entry.State.QUEUED, List.of());
    }

    /// Its answer, of the same size, is owed to one target.
    static Entry answered(long seq, int bytes) {
        return entry(seq, bytes, Entry.State.ANSWERED, List.of(new Delivery("fan", event(seq, bytes), false, false)));
    }

    private static Entry entry(long seq, int bytes, Entry.State state, List<Delivery> owed) {
        var trigger = Examples.trigger(
                "greenhouse/too-hot", "temperature", "mqtt:greenhouse/+/temperature?qos=1&durable=disk");
        var call = Call.first(trigger, event(seq, bytes), Instant.ofEpochMilli(1_700_000_000_000L));
        return new Entry(seq, "greenhouse/too-hot#temperature", call, state, null, owed);
    }

    private static Event event(long seq, int bytes) {
        return new Event(
                "01KA00000000000000000%05d".formatted(seq),
                "/fern/porch-1/mqtt/default",
                Event.MQTT_MESSAGE,
                "greenhouse/bench-3/temperature",
                Instant.parse("2026-11-23T12:00:00.123456789Z"),
                null,
                Map.of(),
                Headers.builder()
                        .add("Fern-Match-1", "bench-3")
                        .add("Fern-Trigger", "temperature")
                        .build(),
                Payload.of(new byte[bytes]));
    }

    /// Returns when it is safe.
    static void add(Journal journal, Entry entry) throws InterruptedException {
        var safe = new CountDownLatch(1);
        journal.add(entry, safe::countDown);
        assertThat(safe.await(60, TimeUnit.SECONDS)).isTrue();
    }
}
