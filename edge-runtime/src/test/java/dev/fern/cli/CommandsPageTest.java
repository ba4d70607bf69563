package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// Holds docs/commands.md to the commands.
class CommandsPageTest {
    private static final Pattern OPTION = Pattern.compile("`(--?[a-z][a-z-]*)");
    /// Explained once for all commands.
    private static final Set<String> COMMON = Set.of("-h", "--help", "--url", "--token-file", "--config");

    private final Map<String, String> sections = new HashMap<>();
    private final Map<String, CommandLine> commands =
            Cli.commands(_ -> 0, new PlayedInspection(), Terminal.system()).getSubcommands();

    @BeforeEach
    void read() throws IOException {
        var page = Files.readString(
                Path.of(Objects.requireNonNull(System.getProperty("fern.home"))).resolve("docs/commands.md"));
        for (var section : page.split("\n## ")) {
            int end = section.indexOf('\n');
            if (section.startsWith("fern ")) {
                sections.put(section.substring("fern ".length(), end), section.substring(end));
            }
        }
    }

    @Test
    void the_page_has_every_command_and_no_other() {
        assertThat(sections.keySet()).isEqualTo(commands.keySet());
    }

    @Test
    void each_section_has_every_option_and_no_other() {
        commands.forEach((name, command) -> {
            var options = command.getCommandSpec().options().stream()
                    .flatMap(option -> Arrays.stream(option.names()))
                    .filter(option -> !COMMON.contains(option))
                    .collect(Collectors.toCollection(TreeSet::new));
            var shown = OPTION.matcher(Objects.requireNonNull(sections.get(name)))
                    .results()
                    .map((MatchResult match) -> match.group(1))
                    .filter(option -> !COMMON.contains(option))
                    .collect(Collectors.toCollection(TreeSet::new));

            assertThat(shown).as(name).isEqualTo(options);
        });
    }
}
