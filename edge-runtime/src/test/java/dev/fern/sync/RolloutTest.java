package dev.fern.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import io.helidon.json.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which of a thousand devices run a new image.
class RolloutTest {
    private static final String STABLE = "reg/f@sha256:" + "0".repeat(64);
    private static final FnName F = new FnName("a", "f");

    private static String image(FnName fn, String device, Map<String, String> labels, Map<String, String> annotations)
            throws InvalidDefinitionException {
        var json = JsonObject.builder();
        annotations.forEach(json::set);
        var document = JsonObject.builder().set("annotations", json.build()).build();
        var none = new Fields("a/f", JsonObject.empty());
        return Rollout.image(new Annotations(none, new Fields("a/f", document)), fn, "reg/f:2", device, labels);
    }

    private static Set<String> chosen(FnName fn, String rollout) throws InvalidDefinitionException {
        var chosen = new HashSet<String>();
        for (int i = 0; i < 1000; i++) {
            var annotations = Map.of("fern/rollout", rollout, "fern/stable", STABLE);
            var labels = Map.of("site", i % 2 == 0 ? "tokyo" : "osaka");
            var image = image(fn, "device-" + i, labels, annotations);
            if (image.equals("reg/f:2")) {
                chosen.add("device-" + i);
            } else {
                assertThat(image).isEqualTo(STABLE);
            }
        }
        return chosen;
    }

    @Test
    void a_percentage_is_about_that_part_of_the_devices_and_a_larger_one_holds_all_of_a_smaller() throws Exception {
        var ten = chosen(F, "10%");
        var fifty = chosen(F, "50 %");
        assertThat(ten).hasSizeBetween(60, 140);
        assertThat(fifty).hasSizeBetween(430, 570).containsAll(ten);
        assertThat(chosen(F, "100%")).hasSize(1000);
        assertThat(chosen(F, "0%")).isEmpty();
        assertThat(chosen(F, "0.5%")).hasSizeBetween(1, 15).isSubsetOf(ten);
    }

    @Test
    void a_selector_is_about_devices_with_these_labels_only() throws Exception {
        assertThat(chosen(F, "100% of site=tokyo")).hasSize(500);
        assertThat(chosen(F, "10% of site=tokyo,role!=spare"))
                .hasSizeBetween(25, 80)
                .isSubsetOf(chosen(F, "10%"));
    }

    @Test
    void two_functions_do_not_try_out_on_the_same_devices() throws Exception {
        assertThat(chosen(F, "10%")).isNotEqualTo(chosen(new FnName("a", "g"), "10%"));
    }

    /// Who is in it must be the same in each release, and can be computed elsewhere: the first four bytes of SHA-256 of
    /// `DEVICE`, a line feed and `APP/FN`, as a part of all there are.
    @Test
    void the_place_of_a_device_never_changes() throws Exception {
        var below = Map.of("fern/rollout", "93.0424%", "fern/stable", STABLE);
        var above = Map.of("fern/rollout", "93.0423%", "fern/stable", STABLE);
        assertThat(image(F, "porch-1", Map.of(), below)).isEqualTo("reg/f:2");
        assertThat(image(F, "porch-1", Map.of(), above)).isEqualTo(STABLE);
    }

    @Test
    void without_the_annotations_the_image_is_the_functions() throws Exception {
        assertThat(image(F, "d", Map.of(), Map.of())).isEqualTo("reg/f:2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10% | | needs the image of all others, with its digest, in fern/stable",
                "10% | reg/f:1 | in fern/stable, which is reg/f:1",
                "10% | reg/f@sha256:0 | in fern/stable, which is",
                " | S | fern/stable is there without fern/rollout",
                "101% | S | fern/rollout=101% makes no sense",
                "ten | S | fern/rollout=ten makes no sense",
                "10% tokyo | S | makes no sense",
                "-1% | S | makes no sense",
                "1e1% | S | makes no sense",
                "10% of a=b=c | S | in fern/rollout=a=b=c is no condition",
            })
    void what_makes_no_sense_is_refused_on_each_device(String rollout, String stable, String problem) {
        var annotations = new HashMap<String, String>();
        if (rollout != null) {
            annotations.put("fern/rollout", rollout);
        }
        if (stable != null) {
            annotations.put("fern/stable", stable.equals("S") ? STABLE : stable);
        }
        assertThatThrownBy(() -> image(F, "d", Map.of(), annotations))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }
}
