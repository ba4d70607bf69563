package dev.fern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionFileTest {
    /// The example of the contract.
    private static final String GOOD = """
            schema_version: 20180708
            name: too-hot
            version: 0.0.3
            runtime: java
            cmd: com.example.fn.TooHot::handle
            memory: 64            # MB
            timeout: 5            # s
            config: {LIMIT: "30"}
            annotations:
              fern/on/temperature: "mqtt:greenhouse/+/temperature?qos=1"
              fern/to/fan:         "gpio:fan?from=temperature&max-on=10m"
              fern/to/alerts:      "mqtt:alerts/{1}/heat?qos=1&retain=true&from=temperature"
              fern/on/door:        [gpio:4, "gpio:5?edge=rising"]
              fern/on/no-more:     "off"
              example.com/team:    7
            triggers:
              - {name: http, type: http, source: /too-hot}     # Fn's own
            expects: {config: [{name: LIMIT, required: true}]}
            """;

    @TempDir
    Path folder;

    private List<String> check(String yaml) throws IOException {
        var file = Files.writeString(folder.resolve("func.yaml"), yaml);
        return FunctionFile.check(file, Map::of).stream()
                .map(problem -> problem.toString().replace(folder + "/", ""))
                .toList();
    }

    @Test
    void a_good_one_has_no_problem() throws IOException {
        assertThat(check(GOOD)).isEmpty();
    }

    @Test
    void json_will_do_as_for_fn() throws IOException {
        assertThat(check("{\"schema_version\": 20180708, \"name\": \"a\", \"memory\": 64}"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: too-hot        | name: too/hot         | func.yaml:2: name: 'too/hot' makes no sense;",
                "memory: 64           | memory: 9000          | func.yaml:6: memory: '9000' makes no sense; give a whole number from 1 to 8192",
                "timeout: 5           | timeout: 5s           | func.yaml:7: timeout: '5s' makes no sense; give a whole number from 1 to 300",
                "version: 0.0.3       | version: one          | func.yaml:3: version: 'one' makes no sense;",
                "schema_version: 20180708 | schema_version: 1 | func.yaml:1: schema_version: '1' makes no sense; give one of 20180708",
                "annotations:         | anotations:           | func.yaml:9: anotations: this key is unknown; did you mean annotations?",
                "source: /too-hot     | source: too-hot       | func.yaml:17: triggers[0].source: 'too-hot' makes no sense; give a path that starts with /",
                "type: http           | type: mqtt            | func.yaml:17: triggers[0].type: 'mqtt' makes no sense; give one of http",
                "'name: http, '       | ''                    | func.yaml:17: triggers[0].name: is missing; add it",
                "'[gpio:4, '          | '[{gpio: 4}, '        | func.yaml:13: annotations.fern/on/door: has something nested, which the fn CLI cannot send;",
                "mqtt:greenhouse      | mqqt:greenhouse       | func.yaml:10: annotations.fern/on/temperature: trigger type mqqt in mqqt:greenhouse",
                "?qos=1\"             | ?quos=1\"             | func.yaml:10: annotations.fern/on/temperature: option quos in mqtt:greenhouse",
                "?qos=1\"             | ?qos=0&durable=broker\" | func.yaml:10: annotations.fern/on/temperature: durable=broker in mqtt:greenhouse",
                "gpio:4               | sensor:air?evry=1s    | func.yaml:13: annotations.fern/on/door: option evry in sensor:air?evry=1s is unknown;",
                "fern/on/door         | fern/door             | func.yaml:13: annotations.fern/door: annotation fern/door is unknown;",
                "fern/on/door         | 'fern/on/'            | func.yaml:13: annotations.fern/on/: '' is no name;",
                "example.com/team     | fern/rolout           | func.yaml:15: annotations.fern/rolout: annotation fern/rolout is unknown;"
            })
    void each_kind_of_mistake_and_no_other(String good, String bad, String problem) throws IOException {
        assertThat(GOOD).contains(good);

        assertThat(check(GOOD.replaceFirst(Pattern.quote(good), bad.replace("$", "\\$"))))
                .singleElement()
                .asString()
                .startsWith(problem);
    }

    @Test
    void an_annotation_that_a_server_would_refuse_for_its_length() throws IOException {
        var line = "  example.com/x: \"" + "x".repeat(511) + "\"\n";

        assertThat(check(GOOD.replace("annotations:\n", "annotations:\n" + line)))
                .containsExactly("func.yaml:10: annotations.example.com/x: is longer than 512 bytes; make it shorter");
        assertThat(check(GOOD.replace("annotations:\n", "annotations:\n" + line.replace("x\"", "\""))))
                .isEmpty();
    }

    @Test
    void more_annotations_than_a_server_takes() throws IOException {
        var many = new StringBuilder("annotations:\n");
        for (int i = 0; i < 95; i++) {
            many.append("  example.com/").append(i).append(": 1\n");
        }

        assertThat(check(GOOD.replace("annotations:\n", many)))
                .containsExactly("func.yaml:9: annotations: there are 101; keep 100 of them");
    }

    @Test
    void a_file_that_is_not_there() {
        assertThat(FunctionFile.check(folder.resolve("func.yaml"), Map::of))
                .singleElement()
                .asString()
                .contains("cannot be read");
    }
}
