package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The daemon with the 96 MB of heap that it has on a device, and functions that want more.
class HogTest {
    private static final String HOG = """
            import java.util.*;
            public class Hog {
                static final List<Object> KEPT = new ArrayList<>();
                public String handle(String in) {
                    switch (in) {
                        case "list": while (true) KEPT.add(new byte[10_000]);
                        case "catch": while (true) try { KEPT.add(new byte[100_000]); } catch (Throwable t) { }
                        case "thread": { var t = new Thread(() -> { while (true) KEPT.add(new byte[10_000]); }); t.start(); join(t); }
                        case "lambda": java.util.stream.Stream.generate(() -> new byte[1000]).forEach(KEPT::add);
                        case "large": while (true) KEPT.add(new byte[4 << 20]);
                        case "map": { var map = new HashMap<Integer, String>(); for (int i = 0;; i++) map.put(i, "value " + i); }
                        case "huge": return "" + new long[1 << 27].length;
                        case "text": return "x".repeat(1 << 29);
                        case "jdk": return "" + java.util.stream.IntStream.range(0, 1 << 30).toArray().length;
                        default: return "works";
                    }
                }
                static void join(Thread t) { try { t.join(); Thread.sleep(1000000); } catch (InterruptedException e) { } }
            }
            """;
    private static final List<String> WAYS = List.of(
            "list", "large", "map", "thread", "catch", "thread", "lambda", "huge", "text", "thread", "jdk", "list");
    private static final String GOOD = """
            public class Good {
                public String handle(String in) { return "good " + in; }
            }
            """;

    @Test
    void a_hog_is_stopped_and_the_daemon_and_the_other_functions_go_on() throws Exception {
        try (var sandbox = new Sandbox()) {
            var folder =
                    TestFunction.build(sandbox, "hog", "1.0.0", "", "Hog", HOG).getParent();
            TestFunction.build(sandbox, "good", "1.0.0", "", "Good", GOOD);
            try (var fern = FernProcess.start(sandbox, "functions: \"" + folder + "\"\n");
                    var calls = new Calls(fern)) {
                calls.assertHarmless("hog", "", WAYS, "good");
                assertThat(fern.process().alive()).isTrue();
            }
        }
    }
}
