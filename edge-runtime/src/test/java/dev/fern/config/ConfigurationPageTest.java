package dev.fern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Holds docs/configuration.md to the reader.
class ConfigurationPageTest {
    /// A key that is commented out: no blank after the #.
    private static final Pattern COMMENTED_OUT = Pattern.compile("(?m)^( *)#(?=\\S)");

    @TempDir
    Path root;

    @Test
    void the_page_has_every_key_and_no_other() throws IOException {
        var keys = new TreeSet<String>();
        collect("", read(COMMENTED_OUT.matcher(example()).replaceAll("$1")), keys);

        assertThat(keys.stream()
                        .map(key -> key.replace("brokers.plant", "brokers.NAME")
                                .replace("pins.door", "pins.NAME")
                                .replaceFirst("sensors\\.(air|tank|soil)", "sensors.NAME")
                                .replace("vars.bay", "vars.NAME")
                                .replace("labels.site", "labels.NAME")
                                .replace("greenhouse/too-hot", "APP/FUNCTION")
                                .replace("FUNCTION.LIMIT", "FUNCTION.NAME"))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(ConfigReader.keys());
    }

    @Test
    void each_key_has_a_sentence() throws IOException {
        var lines = example().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).matches(" +#?[a-z-]+:.*")) {
                assertThat(lines.get(i - 1).strip()).as(lines.get(i)).startsWith("# ");
            }
        }
    }

    @Test
    void what_it_shows_as_defaults_are_the_defaults() throws IOException {
        var device = new Device(root);
        var cloud = "cloud: {url: 'http://a'}\n";

        var shown = device.variable("FERN_CLOUD_URL", "http://a").settings(example());

        assertThat(shown).isEqualTo(new Device(root).settings(cloud));
        assertThat(read(example()))
                .isInstanceOfSatisfying(
                        Node.Mapping.class,
                        page -> assertThat(page.entries()).containsKeys("device", "cloud", "http", "limits"));
    }

    @Test
    void its_examples_are_accepted_but_for_what_comes_later() throws IOException {
        var device = new Device(root);
        var all = COMMENTED_OUT
                .matcher(example())
                .replaceAll("$1")
                .replace("functions: /etc/fern/functions\n", "")
                .replace("/etc/fern/", "files/");
        var matcher = Pattern.compile("files/[\\w.]+").matcher(all);
        while (matcher.find()) {
            device.file("etc/fern/" + matcher.group(), "x");
        }

        assertThat(device.problems(all))
                .allMatch(problem -> problem.contains("this needs Fern 0."))
                .hasSize(1);
    }

    private String example() throws IOException {
        var page = Files.readString(
                Path.of(Objects.requireNonNull(System.getProperty("fern.home"))).resolve("docs/configuration.md"));
        int start = page.indexOf("```yaml\n") + "```yaml\n".length();
        return page.substring(start, page.indexOf("```", start));
    }

    private static Node read(String yaml) {
        var problems = new Problems("page");
        var node = YamlReader.read(yaml, problems);
        assertThat(problems.sorted()).isEmpty();
        return Objects.requireNonNull(node);
    }

    private static void collect(String path, Node node, TreeSet<String> keys) {
        if (node instanceof Node.Mapping mapping) {
            for (Map.Entry<String, Node> entry : mapping.entries().entrySet()) {
                var key = Problems.path(path, entry.getKey());
                keys.add(key);
                collect(key, entry.getValue(), keys);
            }
        }
    }
}
