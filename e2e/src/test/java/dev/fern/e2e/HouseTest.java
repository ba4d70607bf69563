package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HouseTest {
    private static final String BASE = "dev.fern.e2e.house";

    private static final String PAGE = """
            # A page
            ```rooms
            module home
              *        : org.jspecify
              root
              hall    -> root
              kitchen -> root, hall  : io.helidon
            ```
            More text.
            """;

    @Test
    void aTruePageEqualsTheCode() {
        assertThat(inCode(PAGE)).isEqualTo(House.onPage(PAGE).facts()).hasSize(8);
    }

    @Test
    void anArrowThatThePageDoesNotHaveShows() {
        assertThat(inCode(PAGE.replace("root, hall", "root"))).contains("kitchen -> hall");
    }

    @Test
    void anArrowThatTheCodeDoesNotHaveShows() {
        assertThat(House.onPage(PAGE.replace("hall    -> root", "hall -> root, kitchen"))
                        .facts())
                .contains("hall -> kitchen");
        assertThat(inCode(PAGE)).doesNotContain("hall -> kitchen");
    }

    @Test
    void aLibraryThatThePageDoesNotHaveShows() {
        assertThat(inCode(PAGE.replace("io.helidon", "io.helidon.js"))).contains("kitchen : io.helidon.json");
    }

    @Test
    void aRoomThatThePageDoesNotHaveShows() {
        assertThat(inCode(PAGE)).contains("home: hall");
        assertThat(House.onPage(PAGE.replaceAll(" *hall .*\n", "")).facts()).doesNotContain("home: hall");
    }

    @Test
    void aPackageOutsideOfTheBaseCanBelongToARoom() {
        var page = PAGE.replace("kitchen ->", "kitchen (" + BASE + ".hall) ->");
        var classes = new ClassFileImporter().importPackages(BASE + ".hall");

        assertThat(House.inCode("elsewhere", Map.of("home", classes), House.onPage(page))
                        .facts())
                .contains("home: kitchen");
    }

    @Test
    void aLineThatIsNotUnderstoodIsRefused() {
        assertThatThrownBy(() -> House.onPage(PAGE.replace("->", "=>"))).hasMessageContaining("hall    => root");
        assertThatThrownBy(() -> House.onPage("")).hasMessageContaining("no block");
    }

    private static Iterable<String> inCode(String page) {
        var classes = new ClassFileImporter().importPackages(BASE);
        return House.inCode(BASE, Map.of("home", classes), House.onPage(page)).facts();
    }
}
