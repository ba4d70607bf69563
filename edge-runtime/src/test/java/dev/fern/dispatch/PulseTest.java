package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.FnName;
import dev.fern.Metrics;
import dev.fern.journal.Journal;
import dev.fern.kit.Await;
import dev.fern.kit.FakeTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PulseTest {
    private static final Duration EVERY = Duration.ofSeconds(10);

    @TempDir
    Path dir;

    private final FakeTime time = new FakeTime();
    private final Lane lane = new Lane("greenhouse/too-hot/temperature", FnName.parse("greenhouse/too-hot"));
    private final AtomicInteger beats = new AtomicInteger();
    private Journal journal;

    @BeforeEach
    void open() throws Exception {
        journal = new Journal(dir.resolve("calls.db"), 10, new Metrics());
        journal.open();
        new Pulse(List.of(lane), journal, time).start(EVERY, beats::incrementAndGet);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void itBeatsForAsLongAsThereIsTime() throws Exception {
        for (int i = 1; i <= 3; i++) {
            int all = i;
            time.advance(EVERY);
            Await.until("beat " + all, () -> beats.get() == all);
        }
    }

    @Test
    void aLaneWhoseLockIsHeldForEverStopsIt() throws Exception {
        var held = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        var stuck = Thread.ofPlatform().start(() -> {
            synchronized (lane) {
                held.countDown();
                await(end);
            }
        });
        held.await();
        var timer = Thread.ofPlatform().start(() -> time.advance(EVERY));
        Await.until("the timer stands", () -> timer.getState() == Thread.State.BLOCKED);
        assertThat(beats).hasValue(0);
        end.countDown();
        timer.join();
        stuck.join();
        Await.until("a beat", () -> beats.get() == 1);
    }

    @Test
    void aJournalThatDoesNotAnswerStopsItAndIsAskedOnce() throws Exception {
        var asked = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        journal.pass(() -> {
            asked.countDown();
            await(end);
        });
        asked.await();
        for (int i = 0; i < 5; i++) {
            time.advance(EVERY);
        }
        assertThat(beats).hasValue(0);
        end.countDown();
        Await.until("a beat", () -> beats.get() == 1);
        time.advance(EVERY);
        Await.until("a beat", () -> beats.get() == 2);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
