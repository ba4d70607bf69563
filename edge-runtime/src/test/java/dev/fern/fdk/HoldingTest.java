package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Heap;
import dev.fern.Result;
import dev.fern.kit.Await;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Code that may be filling the heap cannot be quicker than the one who watches it.
class HoldingTest {
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    Path folder;

    private Stage stage;
    private Stage.Function loop;
    private Thread caller;
    private final CompletableFuture<Result> ended = new CompletableFuture<>();

    @BeforeEach
    void aLoopRuns() throws Exception {
        stage = new Stage(folder);
        loop = stage.function("""
                static volatile long n;
                public String handle(String in) { System.out.println("begun"); for (;;) n++; }
                """);
        caller = Thread.ofPlatform().daemon(true).start(() -> ended.complete(loop.call("go")));
        Await.until("it has begun", () -> loop.log().contains("begun"));
    }

    @AfterEach
    void close() {
        loop.instance().stop();
        loop.close();
        stage.close();
    }

    /// A loop that goes on never waits.
    private boolean waitsIn(Class<?> type) {
        return caller.getState() == Thread.State.TIMED_WAITING
                && Arrays.stream(caller.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(type.getName()));
    }

    /// Code that is still held makes some steps a second.
    private void awaitGoingOn() throws Exception {
        var code = JavaInstance.class.getDeclaredField("code");
        code.setAccessible(true);
        var steps = ((Code) code.get(loop.instance())).type.getDeclaredField("n");
        steps.setAccessible(true);
        long before = steps.getLong(null);
        Await.until("it goes on", () -> {
            try {
                return steps.getLong(null) - before > 10_000_000;
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void aCallThatIsHeldWaitsAndGoesOnWhenItIsLetGo() throws Exception {
        loop.instance().hold(true);
        Await.until("it waits", () -> waitsIn(End.class));

        loop.instance().hold(false);
        awaitGoingOn();
        assertThat(ended).isNotDone();
    }

    @Test
    void aCallThatIsHeldEndsWhenItIsStopped() throws Exception {
        loop.instance().hold(true);
        Await.until("it waits", () -> waitsIn(End.class));

        loop.instance().stop();
        assertThat(ended.get(60, TimeUnit.SECONDS)).isInstanceOf(Result.FunctionError.class);
    }

    @Test
    void codeWaitsForTheWatchWhereLittleMemoryIsLeft() throws Exception {
        var heap = new Heap();
        Object kept = this;
        try {
            while (!heap.isTight()) {
                kept = new Object[] {kept, new byte[MEGABYTE]};
            }
            Await.until("it waits", () -> waitsIn(Heap.class));
        } finally {
            Reference.reachabilityFence(kept);
            kept = null;
            heap.collect(0); // there is no watch here that would
        }
        assertThat(ended).isNotDone();
    }
}
