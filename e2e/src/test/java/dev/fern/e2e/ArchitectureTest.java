package dev.fern.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/// Holds the code to ARCHITECTURE.md, and the page to the code.
class ArchitectureTest {
    private static final Path HOME = Path.of(System.getProperty("fern.home"));
    private static final Path EDGE_FOLDER = HOME.resolve("edge-runtime/target/classes");
    private static final Path ADAPTERS_FOLDER = HOME.resolve("device-adapters/target/classes");
    private static final JavaClasses EDGE = new ClassFileImporter().importPath(EDGE_FOLDER);
    private static final JavaClasses ADAPTERS = new ClassFileImporter().importPath(ADAPTERS_FOLDER);
    private static final JavaClasses ALL = new ClassFileImporter().importPaths(EDGE_FOLDER, ADAPTERS_FOLDER);

    private static final int MOST_LINES_OF_A_FILE = 400;
    private static final int MOST_LINES_OF_A_METHOD = 60;
    private static final Pattern BAD_TYPE_NAME = Pattern.compile("I[A-Z][a-z].*|Abstract.*|.*(Impl|Manager|Utils?)");
    private static final Pattern BAD_METHOD_NAME = Pattern.compile("get[A-Z].*");
    /// Its methods stand for the JDK's own (Class.getMethod, ...) and must carry their names.
    private static final Path HOOKS =
            HOME.resolve("edge-runtime/src/main/java/com/fnproject/fn/runtime/FernHooks.java");
    /// As the FDK's class that it stands for.
    private static final Path FDK_SOCKET =
            HOME.resolve("edge-runtime/src/main/java/com/fnproject/fn/runtime/ntv/UnixSocketNative.java");

    @Test
    void thePageHasTheRoomsArrowsAndLibrariesOfTheCodeAndNoOthers() throws IOException {
        var page = House.onPage(Files.readString(HOME.resolve("ARCHITECTURE.md")));

        var code = House.inCode("dev.fern", Map.of("edge-runtime", EDGE, "device-adapters", ADAPTERS), page);

        assertThat(code.facts())
                .as("the block of ARCHITECTURE.md, against the bytecode")
                .contains("edge-runtime: root")
                .containsExactlyElementsOf(page.facts());
    }

    @Test
    void noPackagesNameEachOtherInACircle() {
        SlicesRuleDefinition.slices()
                .assignedFrom(new ByPackage())
                .should()
                .beFreeOfCycles()
                .check(ALL);
    }

    @Test
    void theDaemonDoesNotKnowWhichAdaptersThereAre() {
        var adapters = ADAPTERS.stream().map(JavaClass::getName).collect(Collectors.toSet());

        noClasses()
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are of device-adapters", type -> adapters.contains(type.getName())))
                .check(EDGE);
    }

    @Test
    void noFileIsTooLong() throws IOException {
        var lengths = new TreeMap<String, Integer>();
        for (var file : sources("main", "test")) {
            lengths.put(
                    HOME.relativize(file).toString(), Files.readAllLines(file).size());
        }

        assertThat(lengths).hasSizeGreaterThan(40);
        lengths.values().removeIf(lines -> lines <= MOST_LINES_OF_A_FILE);
        assertThat(lengths).isEmpty();
    }

    @Test
    void noMethodIsTooLong() throws IOException {
        assertThat(Sources.declarations(sources("main", "test")))
                .filteredOn(declaration -> !declaration.isType())
                .hasSizeGreaterThan(100)
                .filteredOn(method -> method.lines() > MOST_LINES_OF_A_METHOD)
                .isEmpty();
    }

    @Test
    void everyPublicTypeSaysWhatItPromises() throws IOException {
        assertThat(Sources.declarations(sources("main")))
                .filteredOn(declaration -> declaration.isType() && declaration.isTopLevel() && declaration.isPublic())
                .hasSizeGreaterThan(20)
                .filteredOn(type -> !type.hasComment())
                .isEmpty();
    }

    @Test
    void namesSayWhatThingsAre() throws IOException {
        var files = sources("main");
        assertThat(Sources.declarations(files))
                .filteredOn(declaration -> declaration.isType()
                        && BAD_TYPE_NAME.matcher(declaration.name()).matches())
                .isEmpty();

        for (var given : List.of(HOOKS, FDK_SOCKET)) {
            assertThat(files.remove(given)).as("%s is there", given).isTrue();
        }
        assertThat(Sources.declarations(files))
                .filteredOn(declaration -> !declaration.isType()
                        && BAD_METHOD_NAME.matcher(declaration.name()).matches()
                        && !declaration.isOverride())
                .isEmpty();
    }

    @Test
    void theNumberOfPublicTypesOfEachRoomIsReported(TestReporter reporter) {
        var counts = ALL.stream()
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, TreeMap::new, Collectors.counting()));

        reporter.publishEntry("public types", counts.toString());
        assertThat(counts).containsKey("dev.fern");
    }

    private static List<Path> sources(String... trees) throws IOException {
        try (var samples = Files.list(HOME.resolve("functions"))) {
            var modules = Stream.concat(
                    Stream.of("edge-runtime", "device-adapters", "e2e").map(HOME::resolve), samples);
            return Sources.files(modules.flatMap(
                            module -> Stream.of(trees).map(tree -> module.resolve("src/" + tree + "/java")))
                    .toList());
        }
    }

    private static final class ByPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }
}
