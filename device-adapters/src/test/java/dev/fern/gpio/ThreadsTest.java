package dev.fern.gpio;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Metrics;
import dev.fern.Time;
import dev.fern.kit.RecordingIntake;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// All threads at once, on a clock that runs.
class ThreadsTest {
    private static final int CHANGES = 2_000;

    @Test
    void a_line_keeps_every_edge_in_order_while_versions_change_and_outputs_are_set() throws Exception {
        try (var timer = Executors.newSingleThreadScheduledExecutor();
                var workers = Executors.newFixedThreadPool(3)) {
            var time = new RunningTime(timer);
            var board = new SimulatedBoard(time);
            var intake = new RecordingIntake();
            var adapter = new GpioAdapter(GpioBench.settings("simulated", Map.of()), time, new Metrics(), board);
            var door = fn("a/door", "on/door", "gpio:17", "to/fan", "gpio:27?pulse=1ms");
            var other = fn("a/other", "on/other", "gpio:18?debounce=1ms");
            adapter.start(intake);
            adapter.bind(door.triggers().subList(1, 2), door.targets());

            var changes = CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < CHANGES; i++) {
                            board.drive(17, i % 2 == 0);
                        }
                    },
                    workers);
            var sends = CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < CHANGES; i++) {
                            adapter.send(
                                    dev.fern.kit.Examples.event("toggle"),
                                    door.targets().getFirst());
                        }
                    },
                    workers);
            while (!changes.isDone() || !sends.isDone()) {
                adapter.bind(List.of(door.triggers().getLast(), other.triggers().getLast()), door.targets());
                adapter.bind(door.triggers().subList(1, 2), door.targets());
            }
            sends.join();

            var seen = new ArrayList<String>();
            for (int i = 0; i < CHANGES; i++) {
                seen.add(intake.next().event().data().text().replaceAll(".*\"seq\":(\\d+)}", "$1"));
            }
            for (int i = 0; i < CHANGES; i++) {
                assertThat(seen.get(i)).isEqualTo(String.valueOf(i + 1));
            }
            adapter.close();
            assertThat(board.high(27)).isFalse();
            assertThat(board.requests()).isEqualTo(board.releases());
        }
    }

    private record RunningTime(ScheduledExecutorService timer) implements Time {
        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public Timer after(Duration delay, Runnable action) {
            var future = timer.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        }
    }
}
