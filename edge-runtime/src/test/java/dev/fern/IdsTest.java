package dev.fern;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IdsTest {
    private static final long DAY_MS = 86_400_000;
    private static final long NOW = 20_000 * DAY_MS;

    private final AtomicLong clock = new AtomicLong(NOW);
    private final Map<String, Long> disk = new HashMap<>();
    private int writes;

    private final Marks marks = new Marks() {
        @Override
        public OptionalLong mark(String name) {
            return disk.containsKey(name) ? OptionalLong.of(disk.get(name)) : OptionalLong.empty();
        }

        @Override
        public void mark(String name, long value) {
            writes++;
            disk.put(name, value);
        }
    };

    private Ids start() {
        var ids = new Ids(clock::get);
        ids.goOn(marks);
        return ids;
    }

    @Test
    void ids_are_in_order_and_unique_whatever_the_clock_does() {
        var all = new ArrayList<String>();
        for (int run = 0; run < 4; run++) {
            clock.set(run % 2 == 0 ? NOW : run); // every second start is in 1970
            var ids = start();
            for (long jump : new long[] {0, DAY_MS, -2 * DAY_MS, 365 * DAY_MS, -365 * DAY_MS, 1}) {
                clock.addAndGet(jump);
                all.add(ids.one());
                all.add(ids.one());
            }
        }
        assertThat(all).isSorted();
        assertThat(new HashSet<>(all)).hasSize(48);
    }

    @Test
    void the_bound_is_written_about_once_an_hour_at_most() {
        var ids = start();
        for (int second = 0; second < 36_000; second++) {
            clock.addAndGet(1000);
            ids.one();
        }
        assertThat(writes).isBetween(10, 22);
    }

    @Test
    void an_idle_device_writes_none() {
        start();
        clock.addAndGet(DAY_MS);
        assertThat(writes).isEqualTo(1);
    }
}
