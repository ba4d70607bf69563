package dev.fern.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The pages that people read first say what is so. "Five minutes to a function of your own" is followed word
/// by word, but for ports and the build of Fern itself, which is there.
class ReadmeTest {
    private static final Path HOME = Path.of(System.getProperty("fern.home")).toAbsolutePath();
    private static final String FIRST = "Five minutes to a function of your own";
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)[^)]*\\)");
    private static final Pattern WRITE = Pattern.compile("^Write `~/([^`]+)`.*");
    private static final Pattern WORDS = Pattern.compile("(triggers?|targets?) ((?:`\\w+`(?:, )?)+)|`(fern/\\w+)`");

    private final Markdown page = Markdown.read(HOME.resolve("README.md"));

    ReadmeTest() throws IOException {}

    @Test
    void theFirstFunctionWorksAsItIsWrittenAndANewVersionOfItTakesOver() throws Exception {
        var seen = new Sightings();
        long start = System.nanoTime();
        try (var sandbox = new Sandbox()) {
            var reader = new Reader(sandbox);
            try (var _ = new Bystander(reader.broker.url(), seen, "house/shutters")) {
                for (var block : page.blocks(FIRST)) {
                    reader.follow(block);
                }
                var device = requireNonNull(reader.device);
                device.awaitLine("gpio 22 high", LONG);
                assertThat(seen.await(start, LONG, one -> one.what().equals("on")))
                        .isNotNull();

                reader.edit("rain/src/main/java/com/example/fn/Rain.java", "\"on\" : \"off\"", "\"off\" : \"on\"");
                reader.shell("mvn -q -f ~/house/rain/pom.xml package");
                reader.edit("rain/func.yaml", "0.0.1", "0.0.2");
                await("it runs again", device, "house/rain runs");
                reader.shell("./fern emit mqtt weather/rain 3");
                await("it is low again", device, "gpio 22 low");
            }
        }
    }

    /// Waits until that was written a second time.
    private static void await(String what, Child child, String text) throws Exception {
        long end = System.nanoTime() + LONG.toNanos();
        while (child.output().stream().filter(line -> line.contains(text)).count() < 2) {
            assertThat(System.nanoTime()).as(what + ": " + child.output()).isLessThan(end);
            Thread.sleep(20);
        }
    }

    /// Does what a reader does at home, with ports of its own.
    private static final class Reader {
        private final Sandbox sandbox;
        private final Mosquitto broker;
        private final Map<String, String> environment;
        private @Nullable Child device;

        Reader(Sandbox sandbox) throws Exception {
            this.sandbox = sandbox;
            broker = Mosquitto.start(sandbox);
            var listen = "127.0.0.1:" + Sandbox.freePort();
            environment = Map.of(
                    "HOME", sandbox.folder().toString(), "FERN_URL", "http://" + listen, "FERN_HTTP_LISTEN", listen);
        }

        void follow(Markdown.Block block) throws Exception {
            var file = WRITE.matcher(block.before());
            if (file.matches()) {
                Files.writeString(
                        sandbox.folder().resolve(file.group(1)),
                        block.text().replace("1883", String.valueOf(broker.port())));
            } else if (block.text().startsWith("./fern run")) {
                device = sandbox.start(bash("exec " + block.text()), environment);
                device.awaitLine("gpio 22 low", LONG);
                long end = System.nanoTime() + LONG.toNanos();
                while (shell("./fern status").stream().noneMatch(line -> line.matches("house/rain +ready .*"))) {
                    assertThat(System.nanoTime()).as("it is ready").isLessThan(end);
                }
            } else if (block.language().equals("sh")) {
                shell(block.text().replace("./dev build\n", ""));
            }
        }

        List<String> shell(String script) throws Exception {
            return sandbox.start(bash(script), environment).awaitSuccess(LONG);
        }

        void edit(String file, String from, String to) throws IOException {
            var path = sandbox.folder().resolve("house").resolve(file);
            var text = Files.readString(path);
            assertThat(text).contains(from);
            Files.writeString(path, text.replace(from, to));
        }
    }

    private static List<String> bash(String script) {
        return List.of("bash", "-euc", "cd '" + HOME + "'\n" + script);
    }

    @Test
    void theConfigurationForAnFnServerIsRight() throws Exception {
        try (var sandbox = new Sandbox()) {
            var yaml = page.blocks(FIRST).getLast();
            assertThat(yaml.text()).startsWith("cloud:");
            var file = Files.writeString(sandbox.folder().resolve("fern.yaml"), yaml.text());

            sandbox.start(bash("./fern check " + file), Map.of()).awaitSuccess(LONG);
        }
    }

    @Test
    void theFunctionThatIsShownIsTheSample() throws IOException {
        var sample = Stage.sample("too-hot");
        var blocks = page.blocks("What a function looks like");

        assertThat(Files.readAllLines(sample.resolve("func.yaml")))
                .containsSubsequence(blocks.get(0).text().lines().toList());
        assertThat(Files.readString(sample.resolve("src/main/java/com/example/fn/TooHot.java")))
                .contains(blocks.get(1).text().indent(4));
    }

    @Test
    void whatIsNotThereYetComesWithTheVersionThatTheVocabularyHas() {
        var words = Vocabulary.words();
        var found = new ArrayList<String>();
        for (var row : page.table("Where it stands")) {
            WORDS.matcher(row.get(0)).results().forEach(match -> {
                if (match.group(3) != null) {
                    found.add("annotation " + match.group(3));
                    assertThat(words).containsEntry(found.getLast(), row.get(1));
                    return;
                }
                for (var type : match.group(2).replace("`", "").split(", ")) {
                    found.add(match.group(1).replaceFirst("s$", "") + " " + type);
                    assertThat(words).containsEntry(found.getLast(), row.get(1));
                }
            });
        }
        // every type that is not there yet is in the table
        assertThat(words.entrySet().stream()
                        .filter(word -> word.getKey().matches("(trigger|target) [a-z]+"))
                        .filter(word -> !word.getValue().equals("0.1"))
                        .map(Map.Entry::getKey))
                .isSubsetOf(found);
        assertThat(page.lines()).anyMatch(line -> line.startsWith("Version " + Vocabulary.VERSION));
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        var broken = new ArrayList<String>();
        try (Stream<Path> docs = Files.list(HOME.resolve("docs"));
                Stream<Path> first = Files.list(HOME)) {
            for (var file : Stream.concat(docs, first)
                    .filter(one -> one.toString().endsWith(".md"))
                    .toList()) {
                LINK.matcher(Files.readString(file))
                        .results()
                        .map(link -> link.group(1))
                        .forEach(target -> {
                            if (!target.contains("://") && !Files.exists(file.resolveSibling(target))) {
                                broken.add(file.getFileName() + " -> " + target);
                            }
                        });
            }
        }
        assertThat(broken).isEmpty();
    }
}
