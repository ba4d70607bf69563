package dev.fern.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import dev.fern.Vocabulary;
import dev.fern.kit.Examples;
import io.helidon.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Walks every name that users may write into annotations (docs/functions.md): it is carried out, or the function is
/// invalid and says which version carries it out. None is accepted and ignored.
class ContractWalkTest {
    @TempDir
    Path folder;

    private void resolve(Map<String, String> annotations) throws InvalidDefinitionException {
        var written = JsonObject.builder();
        annotations.forEach(written::set);
        var document = JsonObject.builder()
                .set("app", JsonObject.builder().set("id", "A").set("name", "a").build())
                .set(
                        "fn",
                        JsonObject.builder()
                                .set("id", "F")
                                .set("name", "f")
                                .set("image", "127.0.0.1:5000/f:1")
                                .set("annotations", written.build())
                                .build())
                .setValues("triggers", List.<JsonObject>of())
                .build();
        new Resolver(Examples.settings("mqtt://127.0.0.1:1883", folder))
                .resolve(new Definition(new FnName("a", "f"), "F", document.toString()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fern/on/x | mqtt:a/+/b?qos=1&share=group&retained=new",
                "fern/on/x | mqtt:a/#?qos=0&retained=always",
                "fern/on/x | mqtt:a?retained=no&retries=5&backoff=1s..1m&durable=broker",
                "fern/on/x | mqtt:a?durable=disk&hold=5s&order=subject",
                "fern/on/x | mqtt:a?durable=no&hold=forever&loop=allow",
                "fern/on/x | gpio:17?edge=both&pull=up&debounce=20ms&active=low&at-start=true",
                "fern/on/x | cron:*/5 * * * *?zone=Asia/Tokyo&missed=once&deadline=1h",
                "fern/on/x | cron:@daily?missed=no&durable=no",
                "fern/on/x | every:30s?jitter=5s",
                "fern/on/x | device:started",
                "fern/on/x | event:com.example.door?source=/site/*",
                "fern/on/x | fn:a/g?on=failure",
                "fern/on/x | fn:{app}/g?durable=disk&order=subject&loop=allow",
                "fern/on/x | sensor:air?every=10s&change=0.5",
                "fern/on/x | off",
                "fern/to/x | mqtt:{app}/{fn}/{device}/{id}/{time}/{date}?qos=1&retain=true&expiry=1h",
                "fern/to/x | gpio:27?pulse=500ms&active=low&initial=low&stop=low&max-on=10m",
                "fern/to/x | pwm:0?frequency=50",
                "fern/to/x | https://example.com/{device}/x?method=PUT&auth=token&expiry=1h",
                "fern/to/x | http://example.com/x",
                "fern/to/x | mqtt:a?format=cloudevent",
                "fern/to/x | mqtt:a?format=body&retries=2&value=high&max-age=10s",
                "fern/to/x | fn:a/g?expiry=1h&from=invoke&loop=allow",
                "fern/to/x | cloud:a/g?expiry=1h",
                "fern/devices | site=tokyo,role!=spare",
                "fern/isolation | shared",
                "fern/isolation | process",
                "fern/concurrency | 4",
                "fern/warm | true",
                "fern/rollback | errors=3/10",
                "fern/layers | own",
                "fern/layers | all",
            })
    void what_this_version_carries_out_is_accepted(String annotation, String value) {
        assertThatCode(() -> resolve(Map.of(annotation, value))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fern/on/x | smoke:signals",
                "fern/on/x | mqtt:a?colour=red",
                "fern/on/x | mqtt",
                "fern/to/x | gpio:27?debounce=20ms",
                "fern/to/x | mqtt:a/{label.none}",
                "fern/to/x | mqtt:a/{2}",
                "fern/colour | red",
                "fern/devices | =",
                "fern/concurrency | many",
                "fern/warm | maybe",
            })
    void what_no_version_knows_is_refused_and_says_what_to_do(String annotation, String value) {
        assertThatThrownBy(() -> resolve(Map.of("fern/on/trigger", "mqtt:in/+", annotation, value)))
                .isInstanceOfSatisfying(InvalidDefinitionException.class, refusal -> {
                    assertThat(refusal.problem().why()).isNotBlank().doesNotContain("needs Fern");
                    assertThat(refusal.problem().whatToDo()).isNotBlank();
                });
    }

    @Test
    void annotations_of_others_are_left_alone() {
        assertThatCode(() -> resolve(Map.of("oracle.com/x", "y", "mqtt", "z"))).doesNotThrowAnyException();
    }

    @Test
    void a_rollout_names_who_runs_the_image_and_what_the_others_run() throws Exception {
        var stable = "reg/x@sha256:" + "0".repeat(64);
        var rollout = Map.of("fern/rollout", "10% of site=tokyo", "fern/stable", stable);
        assertThatCode(() -> resolve(rollout)).doesNotThrowAnyException();
    }

    @Test
    void no_word_of_the_vocabulary_is_missing_from_this_walk() throws Exception {
        var source = Files.readString(Path.of("src/test/java/dev/fern/sync/ContractWalkTest.java"));
        var missing = new TreeSet<String>();
        for (var word : Vocabulary.words().keySet()) {
            var last = word.substring(Math.max(word.lastIndexOf(' '), word.lastIndexOf('?')) + 1);
            if (!source.contains(last)) {
                missing.add(word);
            }
        }
        assertThat(missing).isEmpty();
    }
}
