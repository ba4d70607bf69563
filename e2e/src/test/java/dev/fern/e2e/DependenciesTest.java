package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// docs/dependencies.md tells the truth about what a build puts on a device.
class DependenciesTest {
    private static final Path HOME = Path.of(System.getProperty("fern.home"));
    private static final Path LIB = Path.of(System.getProperty("fern.dist"), "lib");
    private static final Pattern JAR = Pattern.compile("(.+)-(\\d[\\w.]*(?:-jre)?)\\.jar");
    private static final Pattern VERSION_OF_POM = Pattern.compile("<[\\w.]+\\.version>([^<]+)<");

    private final Markdown page;
    private final String pom;

    DependenciesTest() throws IOException {
        page = Markdown.read(HOME.resolve("docs/dependencies.md"));
        pom = Files.readString(HOME.resolve("pom.xml"));
    }

    @Test
    void whatADeviceRunsIsOnThePageWithVersionAndSizeAndNothingElseIs() throws IOException {
        check(page.table("What a device runs: lib"), LIB);
    }

    @Test
    void whatFunctionsSeeIsOnThePageWithVersionAndSizeAndNothingElseIs() throws IOException {
        check(page.table("What functions see: lib/fdk"), LIB.resolve("fdk"));
    }

    @Test
    void whatJavaScriptNeedsIsOnThePageWithVersionAndSizeAndNothingElseIs() throws IOException {
        check(page.table("What JavaScript needs: lib/javascript"), LIB.resolve("javascript"));
    }

    @Test
    void whatDeployingNeedsIsOnThePageWithVersionAndSizeAndNothingElseIs() throws IOException {
        check(page.table("What `fern deploy` needs too: lib/publish"), LIB.resolve("publish"));
    }

    @Test
    void neitherThatNorJavaScriptIsOnTheClassPathOfADeviceThatNeedsNone() throws IOException {
        try (var jars = Files.list(LIB)) {
            assertThat(jars.map(jar -> jar.getFileName().toString()))
                    .isNotEmpty()
                    .noneMatch(name -> name.matches("(polyglot|js|truffle|regex|icu4j|jib|guava)-.*"));
        }
    }

    @Test
    void whatJavaFunctionsWithAProcessOfTheirOwnSeeIsOnThePage() throws IOException {
        check(
                page.table("What Java functions with a process of their own see too: lib/fdk/process"),
                LIB.resolve("fdk").resolve("process"));
    }

    @Test
    void theVersionsOfThePomAreOnThePageAndTheOtherWayRound() {
        var listed = new ArrayList<String>();
        for (var title : List.of(
                "What a device runs: lib",
                "What functions see: lib/fdk",
                "What JavaScript needs: lib/javascript",
                "What `fern deploy` needs too: lib/publish",
                "Build and tests only")) {
            page.table(title).forEach(row -> listed.add(row.get(1)));
        }
        var ofPom = VERSION_OF_POM
                .matcher(pom)
                .results()
                .map(version -> version.group(1))
                .toList();

        assertThat(ofPom).hasSizeGreaterThan(10);
        assertThat(listed).containsAll(ofPom);
        assertThat(page.table("Build and tests only"))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(pom).contains(">" + row.get(1) + "<"));
    }

    /// Each row of jar, version and KB stands for the jars its name matches.
    private static void check(List<List<String>> rows, Path folder) throws IOException {
        assertThat(folder).as("made by ./dev build").isDirectory();
        var onPage = new TreeMap<String, String>();
        for (var row : rows) {
            onPage.put(row.get(0).replace("`", ""), row.get(1) + ", " + row.get(2) + " KB");
        }
        var bytes = new TreeMap<String, Map<String, Long>>();
        try (var jars = Files.newDirectoryStream(folder, "*.jar")) {
            for (var jar : jars) {
                var name = JAR.matcher(jar.getFileName().toString());
                assertThat(name.matches()).as(jar.toString()).isTrue();
                if (!name.group(1).startsWith("fern-")) {
                    var owner = onPage.keySet().stream()
                            .filter(row -> matches(row, name.group(1)))
                            .findFirst()
                            .orElse(name.group(1));
                    bytes.computeIfAbsent(owner, _ -> new TreeMap<>()).merge(name.group(2), Files.size(jar), Long::sum);
                }
            }
        }
        var inFolder = new TreeMap<String, String>();
        bytes.forEach((row, versions) -> versions.forEach((version, size) ->
                inFolder.merge(row, version + ", " + Math.round(size / 1000.0) + " KB", (a, b) -> a + " and " + b)));
        assertThat(onPage).isEqualTo(inFolder);
    }

    private static boolean matches(String row, String jar) {
        return row.endsWith("*") ? jar.startsWith(row.substring(0, row.length() - 1)) : jar.equals(row);
    }
}
