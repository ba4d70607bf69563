package dev.fern.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Definition;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FolderSourceTest {
    @TempDir
    Path temp;

    private final FakeTime time = new FakeTime();
    private final List<List<Definition>> sets = new CopyOnWriteArrayList<>();
    private Path folder;
    private FolderSource source;

    @BeforeEach
    void create() throws IOException {
        folder = Files.createDirectory(temp.resolve("greenhouse"));
        source = new FolderSource(settings(folder), time);
    }

    @AfterEach
    void close() {
        source.close();
    }

    private static Settings settings(Path folder) {
        var base = Examples.settings(null, Path.of("/nonexistent"));
        return new Settings(
                base.device(),
                null,
                folder,
                base.registry(),
                null,
                base.brokers(),
                base.http(),
                base.pins(),
                base.vars(),
                base.config(),
                base.secrets(),
                base.limits(),
                base.data());
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
    }

    private void start() {
        source.start(sets::add);
        Follower.until(() -> time.timers() == 1);
    }

    private void look() {
        source.nudge();
        Follower.until(() -> time.timers() == 1);
    }

    private List<String> names() {
        return sets.getLast().stream().map(d -> d.name().toString()).toList();
    }

    private Problem problem() {
        if (source.health().get("functions") instanceof Health.Down down) {
            return down.problem();
        }
        throw new AssertionError("up");
    }

    private static final String TOO_HOT = """
            schema_version: 20180708
            name: too-hot
            version: 0.0.3
            runtime: java
            cmd: com.example.fn.TooHot::handle
            memory: 64            # MB
            timeout: 5            # s
            config: {LIMIT: 30, VERSION: 1.10, ON: yes, NONE: }
            annotations:
              fern/on/temperature: "mqtt:greenhouse/+/temperature?qos=1"
              fern/to/fan: ["gpio:27?from=temperature", 'mqtt:fan']
              fern/concurrency: 2
            triggers:
              - {name: http, type: http, source: /too-hot}
            """;

    @Test
    void aLinkToAFunctionsFolderIsThatFolder() throws IOException {
        var elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("func.yaml"), "schema_version: 20180708\nname: linked\nversion: 0.0.1\n");
        Files.createSymbolicLink(folder.resolve("link"), elsewhere);

        var found = FolderSource.all(settings(folder));

        assertThat(found).hasSize(1);
        assertThat(found.getFirst().document()).contains("dir:" + elsewhere.toRealPath());
    }

    @Test
    void codeInFoldersBelowIsLookedAtButPackagesAreNot() throws IOException {
        var function = Files.createDirectories(folder.resolve("script"));
        Files.writeString(function.resolve("func.yaml"), "schema_version: 20180708\nname: script\nversion: 0.0.1\n");
        var library = Files.createDirectories(function.resolve("lib/deep"));
        var packages = Files.createDirectories(function.resolve("node_modules/a"));
        var before = stamps(function);

        Files.writeString(packages.resolve("index.js"), "1");
        assertThat(stamps(function)).isEqualTo(before);

        Files.writeString(library.resolve("word.js"), "1");
        assertThat(stamps(function)).isNotEqualTo(before);
    }

    private Stamps stamps(Path function) throws IOException {
        return Stamps.of(List.of(new FuncFile(function, function.resolve("func.yaml"), null, "app")));
    }

    @Test
    void theFuncYamlOfTheContractBecomesAFunction() throws IOException, InvalidDefinitionException {
        write("too-hot/func.yaml", TOO_HOT);
        start();
        assertThat(source.health()).containsEntry("functions", Health.UP);
        var definition = sets.getLast().getFirst();
        assertThat(definition.name()).hasToString("greenhouse/too-hot");
        assertThat(definition.id()).matches("[0-7][0-9A-HJKMNP-TV-Z]{25}");
        assertThat(definition.document())
                .contains("\"cmd\":\"com.example.fn.TooHot::handle\"")
                .contains("\"version\":\"0.0.3\"");

        var fn = new Resolver(settings(folder)).resolve(definition);
        assertThat(fn.image()).isEqualTo("dir:" + folder.resolve("too-hot"));
        assertThat(fn.memoryMb()).isEqualTo(64);
        assertThat(fn.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(fn.config())
                .containsEntry("LIMIT", "30")
                .containsEntry("VERSION", "1.10")
                .containsEntry("ON", "yes")
                .containsEntry("NONE", "");
        assertThat(fn.concurrency()).isEqualTo(2);
        assertThat(fn.triggers())
                .extracting(Object::toString)
                .containsExactly(
                        "greenhouse/too-hot invoke:" + fn.id(),
                        "greenhouse/too-hot http:/too-hot",
                        "greenhouse/too-hot mqtt:greenhouse/+/temperature?qos=1");
        assertThat(fn.targets()).hasSize(2);
    }

    @Test
    void theFolderMayBeAFunctionItself() throws IOException {
        write("func.json", "{\"name\":\"one\",\"image\":\"reg/one:1\"}");
        write("app.yml", "name: house\nconfig: {A: b}\nannotations: {fern/warm: true}\n");
        write("two/func.yml", "runtime: java");
        write("three/README", "no function");
        start();
        assertThat(names()).containsExactly("house/one", "house/two");
        assertThat(sets.getLast().getFirst().document())
                .contains("\"image\":\"reg/one:1\"")
                .contains("\"fern/warm\":true")
                .contains("\"config\":{\"A\":\"b\"}");
    }

    @Test
    void theIdStaysAndAChangeIsHandedOver() throws IOException {
        write("a/func.yaml", "memory: 64");
        assertThat(source.looked()).isFalse();
        start();
        assertThat(source.looked()).isTrue();
        look();
        assertThat(sets).hasSize(1);
        write("a/func.yaml", "memory: 128");
        look();
        assertThat(sets).hasSize(2);
        assertThat(sets.get(1).getFirst().id()).isEqualTo(sets.get(0).getFirst().id());
        assertThat(sets.get(1).getFirst().document()).contains("\"memory\":128");
    }

    @Test
    void whatStartsTheCodeIsPartOfTheDefinition() throws IOException {
        write("a/func.yaml", "runtime: python\nentrypoint: python3 func.py\ncmd: now");
        start();
        assertThat(sets.getFirst().getFirst().document())
                .contains("\"runtime\":\"python\"", "\"entrypoint\":\"python3 func.py\"", "\"cmd\":\"now\"");
    }

    @Test
    void aJarThatIsBuiltAnewHandsTheSameDefinitionsOverAgain() throws IOException {
        write("a/func.yaml", "memory: 64");
        start();
        write("a/target/a.jar", "one");
        look();
        write("a/target/a.jar", "another");
        look();
        assertThat(sets).hasSize(3);
        write("a/func.js", "saved");
        look();
        assertThat(sets).hasSize(4);
        assertThat(sets.get(3)).isEqualTo(sets.get(0));
        write("a/Dockerfile", "FROM scratch");
        write("a/.func.py.swp", "what an editor leaves while it is open");
        look();
        assertThat(sets).hasSize(5);
        write("a/.func.py.swp", "again");
        look();
        assertThat(sets).hasSize(5);
    }

    @Test
    void aChangeIsSeenWithinTwoSecondsAndAGoneFolderIsGone() throws IOException {
        write("a/func.yaml", "memory: 64");
        start();
        write("a/func.yaml", "memory: 65");
        write("b/func.yaml", "memory: 66");
        time.advance(Duration.ofSeconds(2));
        Follower.until(() -> sets.size() == 2);
        assertThat(names()).containsExactly("greenhouse/a", "greenhouse/b");
        assertThat(sets.getLast().getFirst().document()).contains("\"memory\":65");
        Follower.until(() -> time.timers() == 1);
        Files.delete(folder.resolve("a/func.yaml"));
        time.advance(Duration.ofSeconds(2));
        Follower.until(() -> sets.size() == 3);
        assertThat(names()).containsExactly("greenhouse/b");
    }

    @Test
    void aFileThatBecameNonsenseLeavesTheFunctionWhatItWas() throws IOException {
        write("a/func.yaml", "memory: 64");
        write("b/func.yaml", "memory: 64");
        start();
        write("a/func.yaml", "memory: 65\n  config: [");
        write("b/func.yaml", "memory: 66");
        look();
        assertThat(names()).containsExactly("greenhouse/a", "greenhouse/b");
        assertThat(sets.getLast().get(0).document()).contains("\"memory\":64");
        assertThat(sets.getLast().get(1).document()).contains("\"memory\":66");
        assertThat(problem().why()).contains("a/func.yaml: it is no YAML in line 2");
        write("a/func.yaml", "memory: 67");
        look();
        assertThat(source.health()).containsEntry("functions", Health.UP);
        assertThat(sets.getLast().get(0).document()).contains("\"memory\":67");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'a: b: c'                                        | it is no YAML in line 1
            'a: 1\\na: 2'                                     | it is no YAML
            'a: !!java.net.URL [x]'                          | it is no YAML
            ''                                               | it holds no keys
            '- a'                                            | it holds no keys
            'name: a b'                                      | 'a b' cannot be a name
            'name: a/b'                                      | cannot be a name
            'triggers: [x]'                                  | has an entry that is no object
            'triggers: x'                                    | triggers of the function is no array
            'memory: .inf'                                   | is no number that JSON knows
            'a: &a [*a]'                                     | goes deeper than 32
            'a: &a [1,1,1,1,1,1,1,1,1,1]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]' | more than 10000 values
            """, quoteCharacter = '`')
    void eachMistakeIsAPlainSentenceAndTheOthersRun(String quoted, String why) throws IOException {
        write("a/func.yaml", quoted.substring(1, quoted.length() - 1).replace("\\n", "\n"));
        write("b/func.yaml", "memory: 64");
        start();
        assertThat(names()).containsExactly("greenhouse/b");
        assertThat(problem().why()).contains(why);
        assertThat(problem().whatToDo()).isNotBlank();
    }

    @Test
    void twoFoldersThatDefineOneFunctionAreSaid() throws IOException {
        write("a/func.yaml", "name: same\nmemory: 64");
        write("b/func.yaml", "name: same\nmemory: 65");
        start();
        assertThat(names()).containsExactly("greenhouse/same");
        assertThat(sets.getLast().getFirst().document()).contains("\"memory\":64");
        assertThat(problem().why()).contains("b/func.yaml defines greenhouse/same");
    }

    @Test
    void aFunctionForOtherDevicesIsLeftOut() throws IOException {
        write("a/func.yaml", "annotations: {fern/devices: site=osaka}");
        write("b/func.yaml", "annotations: {fern/devices: site=tokyo}");
        start();
        assertThat(names()).containsExactly("greenhouse/b");
    }

    @Test
    void aFolderThatIsAwayStopsNothing() throws IOException {
        write("a/func.yaml", "memory: 64");
        start();
        Files.move(folder, temp.resolve("away"));
        look();
        assertThat(problem().why()).isEqualTo("the folder " + folder + " cannot be read: there is none");
        assertThat(sets).hasSize(1);
        Files.move(temp.resolve("away"), folder);
        look();
        assertThat(source.health()).containsEntry("functions", Health.UP);
        assertThat(sets).hasSize(1);
    }

    @Test
    void anEmptyFolderIsHandedOverToo() {
        start();
        assertThat(sets).containsExactly(List.of());
    }
}
