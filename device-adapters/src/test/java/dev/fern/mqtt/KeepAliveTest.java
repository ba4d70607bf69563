package dev.fern.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Problem;
import dev.fern.kit.FakeTime;
import dev.fern.kit.Mosquitto;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeepAliveTest {
    @TempDir
    Path folder;

    @Test
    void aConnectionHasOneTimerAndTakesItAlong() throws Exception {
        var time = new FakeTime();
        var up = new CountDownLatch(1);
        try (var broker = Mosquitto.start(folder)) {
            var plan = new Link.Plan(Device.broker(broker.url()), "mqtt", null, 40, 1 << 20);
            var link = new Link(plan, time, new Link.Listener() {
                @Override
                public void up(Link link, Link.Limits limits) {
                    up.countDown();
                }

                @Override
                public void arrived(Link link, Incoming message) {}

                @Override
                public void down(Link link, Problem why) {}
            });
            link.open();
            assertThat(up.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(time.timers()).isEqualTo(1);
            link.close();
            Device.await(() -> time.timers() == 0, "the timer stays");
        }
    }

    @Test
    void aConnectionThatIsGoneIsNotPingedAnyMore() throws Exception {
        var time = new FakeTime();
        var ping = new KeepAlive(time);
        assertThat(Wire.client("tcp://127.0.0.1:1", "x", ping, new CountDownLatch(1), Set.of()))
                .isNotNull();
        ping.start();
        assertThat(time.timers()).isEqualTo(1);
        ping.stop();
        ping.start();
        assertThat(time.timers()).isZero();
    }
}
