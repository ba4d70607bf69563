package dev.fern.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourcesTest {
    private final Definition cloud = definition("attic/fan", "C1", "registry/fan:2");
    private final Definition here = definition("attic/fan", "L1", "registry/fan:1");
    private final Definition other = definition("attic/lamp", "L2", "registry/lamp:1");

    private static Definition definition(String name, String id, String image) {
        return new Definition(
                FnName.parse(name), id, "{\"app\":{},\"fn\":{\"image\":\"" + image + "\"},\"triggers\":[]}");
    }

    @Test
    void ofTwoFunctionsWithOneNameTheCloudsRuns() {
        var merged = Sources.merge(List.of(cloud), List.of(here, other));
        assertThat(merged.run()).containsExactly(cloud, other);
        assertThat(merged.hidden()).containsExactly(here);
    }

    @Test
    void theOneMadeHereRunsAgainWhenTheCloudsIsGone() {
        var merged = Sources.merge(List.of(), List.of(here, other));
        assertThat(merged.run()).containsExactly(here, other);
        assertThat(merged.hidden()).isEmpty();
    }

    @Test
    void theOneThatDoesNotRunIsShownAsInvalidWithTheReason() {
        var shown = Sources.invalid(here);
        assertThat(shown.id()).isEqualTo("L1");
        assertThat(shown.image()).isEqualTo("registry/fan:1");
        assertThat(shown.state()).isEqualTo(Status.State.INVALID);
        assertThat(String.valueOf(shown.problem()))
                .contains("whose definition runs")
                .contains("rename or delete");
    }
}
