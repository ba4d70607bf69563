package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// docs/functions.md has the words that the daemon knows, with the version that carries each out.
class FunctionsReferenceTest {
    private final Markdown page = Markdown.read(Path.of(System.getProperty("fern.home"), "docs/functions.md"));
    private final Map<String, String> onPage = new TreeMap<>();

    FunctionsReferenceTest() throws IOException {}

    @Test
    void thePageHasTheWordsOfTheVocabularyAndNoOthers() {
        read("annotation ", "Other annotations");
        for (var what : List.of("trigger", "target")) {
            read(what + " ", "Types of " + what + "s");
            read(what + " * ", "Options of any " + what);
            var title = "### " + Character.toUpperCase(what.charAt(0)) + what.substring(1) + " ";
            page.lines().stream().filter(line -> line.startsWith(title)).forEach(line -> {
                var type = line.substring(title.length());
                read(what + " " + type + " ", line.substring(4));
            });
        }

        assertThat(onPage).isEqualTo(Vocabulary.words()).hasSizeGreaterThan(50);
    }

    /// Takes the first cell of each row as the word, the last one as the version.
    private void read(String prefix, String heading) {
        for (var row : page.table(heading)) {
            onPage.put(prefix + row.getFirst().replace("`", ""), row.getLast());
        }
    }
}
