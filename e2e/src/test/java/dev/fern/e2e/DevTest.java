package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `fern dev`, as somebody uses it who writes functions.
class DevTest {
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final Pattern BROKER = Pattern.compile("^broker: +(mqtt://127\\.0\\.0\\.1:\\d+) ");

    private Sandbox sandbox;

    @BeforeEach
    void prepare() throws IOException {
        sandbox = new Sandbox();
    }

    @AfterEach
    void clear() {
        sandbox.close();
    }

    private Child dev(Object... words) throws IOException {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("fern.home"), "fern").toString(), "dev"));
        for (var word : words) {
            command.add(word.toString());
        }
        return sandbox.start(
                command,
                Map.of("FERN_AOT", "off", "TMPDIR", sandbox.folder("tmp").toString()));
    }

    private static URI broker(Child dev) throws IOException, InterruptedException {
        dev.awaitLine("broker: ", LONG);
        for (var line : dev.output()) {
            var matcher = BROKER.matcher(line);
            if (matcher.find()) {
                return URI.create(matcher.group(1).replace("mqtt:", "tcp:")); // as Paho calls it
            }
        }
        throw dev.failure("names no broker");
    }

    private Path greet() throws IOException {
        var folder = sandbox.folder("script/greet");
        Files.createDirectories(folder.resolve("lib"));
        Files.writeString(folder.resolve("func.yaml"), """
                schema_version: 20180708
                name: greet
                version: 0.0.1
                runtime: node
                annotations:
                  fern/on/name: "mqtt:names"
                  fern/to/answer: "mqtt:greetings"
                  fern/to/lamp: "gpio:lamp?value=high"
                """);
        Files.writeString(folder.resolve("func.js"), """
                const fdk = require('@fnproject/fdk');
                const word = require('./lib/word');
                fdk.handle(name => word + ' ' + name);
                """);
        Files.writeString(folder.resolve("lib/word.js"), "module.exports = 'hello';");
        return folder;
    }

    private Path shout() throws IOException {
        var from = Path.of(System.getProperty("fern.home"), "functions/hello");
        var folder = sandbox.folder("java/shout");
        var pom = Files.readString(from.resolve("pom.xml"));
        Files.writeString(folder.resolve("pom.xml"), pom.replaceFirst("(?s)<artifactId>hello<", "<artifactId>shout<"));
        Files.writeString(folder.resolve("func.yaml"), """
                schema_version: 20180708
                name: shout
                version: 0.0.1
                runtime: java
                cmd: com.example.fn.Shout::handle
                annotations:
                  fern/on/word: "mqtt:words"
                  fern/to/answer: "mqtt:shouts"
                """);
        shouting(folder, "toUpperCase()");
        return folder;
    }

    private static void shouting(Path folder, String how) throws IOException {
        var source = folder.resolve("src/main/java/com/example/fn/Shout.java");
        Files.createDirectories(source.getParent());
        Files.writeString(
                source,
                "package com.example.fn;\n\npublic class Shout {\n    public String handle(String word) {\n"
                        + "        return word." + how + ";\n    }\n}\n");
    }

    /// Says it again and again, as what runs at that moment may still be the old function. Node's FDK answers with
    /// JSON.
    private static void untilHeard(Outside outside, String topic, String said, String answer) throws Exception {
        Await.until(answer, () -> {
            outside.publish(topic, said);
            Thread.sleep(200);
            return outside.heard().stream()
                    .anyMatch(one -> one.text().replace("\"", "").equals(answer));
        });
    }

    @Test
    void functionsOfSeveralFoldersRunAndAreBuiltAndReloadedOnSave() throws Exception {
        var greet = greet();
        var shout = shout();
        var dev = dev(greet, shout, "--port", 0);
        var broker = broker(dev);
        try (var outside = new Outside(broker, "greetings", "shouts")) {
            untilHeard(outside, "names", "Ada", "hello Ada");
            dev.awaitLine("high", LONG); // the lamp of the simulated board
            Files.writeString(greet.resolve("lib/word.js"), "module.exports = 'goodbye';");
            untilHeard(outside, "names", "Ada", "goodbye Ada");

            untilHeard(outside, "words", "rain", "RAIN");
            shouting(shout, "repeat(2)");
            untilHeard(outside, "words", "rain", "rainrain");

            shouting(shout, "nonsense()");
            dev.awaitLine("correct the build", LONG);
            untilHeard(outside, "words", "sun", "sunsun");
        }

        dev.stop(LONG);

        assertThat(sandbox.folder("tmp")).isEmptyDirectory();
        awaitGone(broker);
    }

    @Test
    void theBrokerDoesNotOutliveADaemonThatIsKilled() throws Exception {
        var dev = dev(greet(), "--port", 0);
        var broker = broker(dev);

        sandbox.start(List.of("kill", "-9", String.valueOf(dev.pid())), Map.of())
                .awaitSuccess(LONG);

        awaitGone(broker);
    }

    private static void awaitGone(URI broker) throws Exception {
        Await.until("nobody listens at " + broker, () -> {
            try (var socket = new Socket(broker.getHost(), broker.getPort())) {
                return false;
            } catch (ConnectException e) {
                return true;
            }
        });
    }

    @Test
    void aFolderWithoutFunctionsIsSaid() throws Exception {
        var dev = dev(sandbox.folder("nothing"));
        Await.until("it ends", () -> !dev.alive());

        assertThat(dev.exitCode()).isEqualTo(1);
        assertThat(String.join("\n", dev.output()))
                .contains("there is no func.yaml in " + sandbox.folder("nothing") + " or the folders in it; make one");
    }
}
