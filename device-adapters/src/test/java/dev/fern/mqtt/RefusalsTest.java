package dev.fern.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.kit.FakeTime;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RefusalsTest {
    private final FakeTime time = new FakeTime();
    private final Metrics metrics = new Metrics();
    private final Refusals refusals = new Refusals(time, metrics);

    @Test
    void eachTopicIsNamedOnceAMinuteAndEachMessageCounted() {
        assertThat(refusals.refuse(message("a"), 1)).isTrue();
        assertThat(refusals.refuse(message("a"), 1)).isFalse();
        assertThat(refusals.refuse(message("b"), 1)).isTrue();
        time.advance(Duration.ofMinutes(1));
        assertThat(refusals.refuse(message("a"), 1)).isTrue();
        assertThat(metrics.counter("fern_events_refused_total", "reason", "size")
                        .sum())
                .isEqualTo(4);
    }

    @Test
    void aFloodOfTopicsDoesNotFloodTheLog() {
        var named = IntStream.range(0, 1000)
                .filter(i -> refusals.refuse(message("topic/" + i), 1))
                .count();
        assertThat(named).isEqualTo(100);
    }

    @Test
    void whatIsNoCloudEventIsNamedOnceAMinuteByItself() {
        assertThat(refusals.refuse(message("a"), 1)).isTrue();
        assertThat(refusals.misfit(message("a"), "it has no id")).isTrue();
        assertThat(refusals.misfit(message("a"), "it has no id")).isFalse();
        assertThat(metrics.counter("fern_cloudevents_malformed_total").sum()).isEqualTo(2);
    }

    private static Incoming message(String topic) {
        return new Incoming(1, topic, 1, false, false, List.of(), null, List.of(), Payload.of("xx"));
    }
}
