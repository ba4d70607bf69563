package dev.fern.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Health;
import dev.fern.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusLineTest {
    private Map<String, Health> health = Map.of();
    private final List<String> said = new ArrayList<>();
    private final StatusLine line = new StatusLine(
            () -> new Status("porch-1", "0.1.0", true, health, List.of(), new Status.Queue(0, 0, 0)), said::add);

    @Test
    void itSaysWhatHasChangedAndNothingTwice() {
        line.statusChanged();
        line.statusChanged();
        health = Map.of("mqtt", Health.down("away", "wait"), "cloud", Health.down("away", "wait"), "disk", Health.UP);
        line.statusChanged();
        assertThat(said)
                .containsExactly(
                        "0 of 0 functions ready; see: fern status",
                        "0 of 0 functions ready; not there: cloud, mqtt; see: fern status");
    }
}
