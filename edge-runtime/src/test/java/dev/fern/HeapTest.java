package dev.fern;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeapTest {
    @Test
    void what_frees_memory_is_run_until_there_is_memory_to_run_it_with() {
        var runs = new AtomicInteger();
        Heap.inSpite(() -> {
            if (runs.incrementAndGet() < 3) {
                throw new OutOfMemoryError("Java heap space");
            }
        });
        assertThat(runs).hasValue(3);
    }
}
