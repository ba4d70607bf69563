package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a package says about the commands.
class PackageTextsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Terminal terminal =
            new Terminal(System.in, new PrintStream(out, true, StandardCharsets.UTF_8), System.err, Map.of());

    @Test
    void theManualAndTheCompletionHaveEachCommand() throws Exception {
        var manual = Files.readString(Path.of(System.getProperty("fern.home"), "arm-images/package/fern.1"));
        Completion.print(terminal);
        var script = out.toString(StandardCharsets.UTF_8);

        for (var command : Completion.commands(terminal).getSubcommands().keySet()) {
            assertThat(manual).containsPattern("\n\\.(B|BR|BI) \"?" + command + "\\b");
            assertThat(script).contains("_picocli_fern_" + command + "()");
        }
        assertThat(script).contains("--data", "--config");
    }
}
