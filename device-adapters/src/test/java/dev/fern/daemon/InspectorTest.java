package dev.fern.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Options;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.config.AnyDevice;
import dev.fern.kit.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What `fern check` finds without running anything: the same as the daemon.
class InspectorTest {
    private static final Path SAMPLES = Path.of(System.getProperty("fern.home"), "functions");

    @TempDir
    Path folder;

    private final Inspector inspector = new Inspector();

    private Path func(String name, String annotations) throws IOException {
        var file = folder.resolve("functions").resolve(name).resolve("func.yaml");
        Files.createDirectories(file.getParent());
        return Files.writeString(
                file, "schema_version: 20180708\nname: " + name + "\nannotations:\n" + annotations.indent(2));
    }

    private Map<String, Problem> anywhere(String annotations) throws IOException {
        var file = func("a", annotations);
        return inspector.function(file, AnyDevice.with(Files.readString(file)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            fern/on/x | mqtt:a/#/b                   | a/#/b
            fern/on/x | mqtt:a?retained=sometimes    | retained=sometimes makes no sense
            fern/on/x | mqtt:a?qos=2                 | qos=2 in mqtt:a?qos=2 is not offered
            fern/on/x | mqtt:a?retries=many          | retries=many makes no sense
            fern/on/x | mqtt:{floor}/a               | {floor} in mqtt:{floor}/a has no value on this device
            fern/on/x | gpio:99                      | there is no pin '99'
            fern/on/x | gpio:17?debounce=90d         | debounce=90d is too long
            fern/to/x | mqtt:heard/out               | can publish to what the trigger mqtt:heard/# listens to
            fern/to/x | mqtt:out/{2}                 | trigger in (mqtt:heard/#) cannot fill {2} in mqtt:out/{2}
            fern/to/x | mqtt:out?from=nobody         | from=nobody in mqtt:out?from=nobody names no trigger
            fern/to/x | mqtt:out/#                   | out/#
            fern/to/x | gpio:fan?pulse=1h&max-on=1m  | pulse=1h is longer than max-on=1m
            fern/concurrency | 100                   | fern/concurrency=100 makes no sense
            fern/isolation | box                     | fern/isolation=box makes no sense
            fern/devices | site~tokyo                | is no condition
            fern/on/x | event:com.*.door             | has a * within its type
            fern/on/x | cron:* * *                   | cron:* * *
            fern/on/x | sensor:air?every=1ms         | every=1ms makes no sense
            fern/on/x | sensor:air?change=none       | change=none makes no sense
            fern/to/x | pwm:fan                      | there is no channel 'fan'
            fern/to/x | pwm:0?value=2                | value=2 in pwm:0?value=2 is nothing a channel takes
            fern/on/x | device:asleep                | device:asleep makes no sense
            fern/on/x | fn:other                     | fn:other names no function
            fern/to/x | fn:app/{1}                   | fn:app/{1} names no function
            fern/to/x | cloud:other                  | cloud:other names no function
            """)
    void each_mistake_is_found_at_its_annotation(String key, String value, String why) throws IOException {
        var found = anywhere(
                "fern/on/in: 'mqtt:heard/#'\nfern/to/good: 'mqtt:out/{1}?from=in'\n" + key + ": '" + value + "'\n");

        assertThat(found).containsOnlyKeys(key);
        assertThat(String.valueOf(found.get(key))).contains(why);
    }

    @Test
    void all_mistakes_are_found_at_once() throws IOException {
        assertThat(anywhere("fern/on/a: 'mqtt:a/#/b'\nfern/on/b: 'gpio:99'\nfern/on/good: 'mqtt:in'\n"
                        + "fern/to/c: 'mqtt:{floor}'\nfern/to/d: 'mqtt:out/{1}'\nfern/to/e: 'mqtt:x?from=a'\n"
                        + "fern/speed: fast\nfern/warm: hot\n"))
                .containsOnlyKeys("fern/on/a", "fern/on/b", "fern/to/c", "fern/to/d", "fern/speed", "fern/warm");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            fern/on/a: 'gpio:17?pull=up', fern/on/b: 'gpio:17?pull=down' | pull
            fern/on/a: 'gpio:17', fern/to/b: 'gpio:17'                   | 17
            """)
    void what_is_about_the_whole_function_is_found_too(String annotations, String why) throws IOException {
        var found = anywhere(annotations.replace(", ", "\n"));

        assertThat(found).hasSize(1);
        assertThat(found.values().iterator().next().toString()).contains(why);
    }

    @Test
    void the_device_decides_about_its_own_names() throws IOException {
        var file = func("a", "fern/on/a: 'gpio:door?pull=up'\nfern/on/b: 'mqtt:{label.site}/{var.bay}'\n");
        var device = settings(folder.resolve("functions"), Map.of("door", new Settings.Pin("17", pull("down"))));

        var found = inspector.function(file, device);

        assertThat(found).containsOnlyKeys("fern/on/a", "fern/on/b");
        assertThat(String.valueOf(found.get("fern/on/a"))).contains("contradicts pins:");
        assertThat(String.valueOf(found.get("fern/on/b"))).contains("{var.bay}");
    }

    @Test
    void the_functions_beside_it_count() throws IOException {
        func("b", "fern/on/a: 'gpio:17?pull=down'\n");
        func("c", "fern/on/a: 'gpio:nonsense'\n");
        var file = func("a", "fern/on/a: 'gpio:17?pull=up'\n");

        var found = inspector.function(file, settings(folder.resolve("functions"), Map.of()));

        assertThat(found).containsOnlyKeys("fern/on/a");
        assertThat(String.valueOf(found.get("fern/on/a"))).contains("pull");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void nothing_is_wrong_with_a_sample(Path sample) throws IOException {
        var file = sample.resolve("func.yaml");

        assertThat(inspector.function(file, AnyDevice.with(Files.readString(file))))
                .isEmpty();
    }

    static List<Path> samples() throws IOException {
        try (var all = Files.list(SAMPLES)) {
            return all.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static Options pull(String value) {
        return new Options(Map.of("pull", value));
    }

    private Settings settings(Path functions, Map<String, Settings.Pin> pins) {
        var plain = Examples.settings("mqtt://127.0.0.1:1883", folder);
        return new Settings(
                plain.device(),
                null,
                functions,
                plain.registry(),
                plain.mqtt(),
                plain.brokers(),
                plain.http(),
                pins,
                plain.vars(),
                plain.config(),
                plain.secrets(),
                plain.limits(),
                plain.data());
    }
}
