package dev.fern.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Problem;
import dev.fern.Status;
import dev.fern.kit.FakeTime;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The catalog's own definitions and, read only beside them, those of a Fn server.
class BesideTest {
    @TempDir
    Path folder;

    private Catalog catalog;
    private Client own;

    @BeforeEach
    void open() {
        catalog = new Catalog(folder.resolve("catalog.db"), new FakeTime());
        own = new Client(catalog::handle);
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    private static List<Definition> cloud() {
        var document = """
                {"app":{"id":"CLOUDAPP","name":"greenhouse","created_at":"t","updated_at":"t"},
                "fn":{"id":"CLOUDFN","name":"too-hot","app_id":"CLOUDAPP","image":"r/too-hot:3","memory":64,"timeout":5,
                "idle_timeout":30,"config":null,"created_at":"t","updated_at":"t"},
                "triggers":[{"id":"CLOUDTRG","name":"http","app_id":"CLOUDAPP","fn_id":"CLOUDFN","type":"http",
                "source":"/too-hot","created_at":"t","updated_at":"t"}]}""";
        return List.of(new Definition(FnName.parse("greenhouse/too-hot"), "CLOUDFN", document));
    }

    private List<Status.Function> running = List.of();

    private Client beside(Supplier<List<Definition>> elsewhere) {
        return new Client(catalog.beside(elsewhere, () -> running, "the Fn server https://fn.example.com")::handle);
    }

    @Test
    void definitionsFromElsewhereAreShownBesideItsOwn() {
        var local = own.app("local");
        own.app("zoo");
        var cloud = cloud();
        var api = beside(() -> cloud);
        assertThat(api.ask("GET", "/v2/apps", "").json())
                .containsSubsequence("\"name\":\"greenhouse\"", "\"name\":\"local\"", "\"name\":\"zoo\"");
        assertThat(api.ask("GET", "/v2/apps?per_page=2", "").json())
                .startsWith("{\"next_cursor\":\"" + Page.cursor("local"))
                .doesNotContain("zoo");
        assertThat(api.ask("GET", "/v2/apps?per_page=2&cursor=" + Page.cursor("greenhouse"), "")
                        .json())
                .doesNotContain("greenhouse")
                .contains("local", "zoo");
        assertThat(api.ask("GET", "/v2/fns?app_id=CLOUDAPP&name=too-hot", "").json())
                .isEqualTo("{\"items\":[{\"id\":\"CLOUDFN\",\"name\":\"too-hot\",\"app_id\":\"CLOUDAPP\","
                        + "\"image\":\"r/too-hot:3\",\"memory\":64,\"timeout\":5,\"idle_timeout\":30,\"config\":null,"
                        + "\"annotations\":{\"fnproject.io/fn/invokeEndpoint\":\"http://pi:8080/invoke/CLOUDFN\"},"
                        + "\"created_at\":\"t\",\"updated_at\":\"t\"}]}");
        assertThat(api.ask("GET", "/v2/triggers?app_id=CLOUDAPP&fn_id=CLOUDFN", "")
                        .json())
                .contains("\"http://pi:8080/t/greenhouse/too-hot\"");
        assertThat(api.ask("GET", "/v2/fns/CLOUDFN", "").status()).isEqualTo(200);
        assertThat(api.ask("GET", "/v2/apps/" + local, "").status()).isEqualTo(200);
    }

    @Test
    void whatRunsOfAFunctionIsShownWithItAndNeverPartOfItsDefinition() {
        running = List.of(new Status.Function(
                FnName.parse("greenhouse/too-hot"),
                "CLOUDFN",
                "r/too-hot:2",
                "sha256:2",
                new Status.Versions(
                        new Status.Image("r/too-hot:3", "sha256:3"),
                        new Status.Image("r/too-hot:3", "sha256:3"),
                        Instant.parse("2026-01-02T03:04:05Z")),
                "java",
                Status.State.READY,
                new Problem("r/too-hot:3 was rolled back", "mend it"),
                List.of(),
                List.of(),
                Status.Calls.NONE));
        var cloud = cloud();
        var status = "\"fern/status\":{\"state\":\"ready\","
                + "\"running\":{\"image\":\"r/too-hot:2\",\"digest\":\"sha256:2\"},"
                + "\"since\":\"2026-01-02T03:04:05Z\","
                + "\"wanted\":{\"image\":\"r/too-hot:3\",\"digest\":\"sha256:3\"},"
                + "\"previous\":{\"image\":\"r/too-hot:3\",\"digest\":\"sha256:3\"},"
                + "\"why\":\"r/too-hot:3 was rolled back\",\"do\":\"mend it\"}";
        var api = beside(() -> cloud);
        assertThat(api.ask("GET", "/v2/fns/CLOUDFN", "").json()).contains(status);
        assertThat(api.ask("GET", "/v2/fns?app_id=CLOUDAPP", "").json()).contains(status);

        // a client that sends back what it was shown
        var app = own.app("local");
        api.ask("POST", "/v2/fns", """
                {"name":"f","app_id":"%s","image":"i","annotations":{"fern/status":{"state":"ready"}}}""".formatted(app));
        assertThat(catalog.definitions())
                .filteredOn(one -> one.name().equals(FnName.parse("local/f")))
                .singleElement()
                .extracting(Definition::document)
                .asString()
                .doesNotContain("fern/status");
    }

    @Test
    void aTimeThatIsNotKnownHereIsLeftOut() {
        var follower = List.of(new Definition(
                FnName.parse("greenhouse/too-hot"),
                "CLOUDFN",
                cloud().getFirst().document().replace(",\"updated_at\":\"t\"", "")));
        var api = beside(() -> follower);
        for (var list : List.of("apps", "fns?app_id=CLOUDAPP", "triggers?app_id=CLOUDAPP")) {
            assertThat(api.ask("GET", "/v2/" + list, "").json())
                    .as(list)
                    .contains("\"created_at\":\"t\"")
                    .doesNotContain("updated_at");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            POST   | /v2/apps              | {'name':'greenhouse'}                                          | greenhouse
            PUT    | /v2/apps/CLOUDAPP     | {'config':{'A':'1'}}                                           | greenhouse
            DELETE | /v2/apps/CLOUDAPP     | ``                                                             | greenhouse
            POST   | /v2/fns               | {'name':'x','app_id':'CLOUDAPP','image':'i'}                   | greenhouse
            PUT    | /v2/fns/CLOUDFN       | {'image':'x'}                                                  | too-hot
            DELETE | /v2/fns/CLOUDFN       | ``                                                             | too-hot
            POST   | /v2/triggers          | {'name':'x','app_id':'CLOUDAPP','fn_id':'CLOUDFN','type':'http','source':'/x'} | greenhouse
            PUT    | /v2/triggers/CLOUDTRG | {'source':'/x'}                                                | http
            DELETE | /v2/triggers/CLOUDTRG | ``                                                             | http
            """)
    void whatIsDefinedElsewhereIsReadOnly(String method, String target, String body, String name) {
        var cloud = cloud();
        var api = beside(() -> cloud);
        assertThat(api.ask(method, target, body))
                .isEqualTo(Reply.error(
                        409,
                        name + " is defined by the Fn server https://fn.example.com and is read only here:"
                                + " change it there"));
    }

    @Test
    void ofTwoAppsWithOneNameTheOtherSourcesIsShown() {
        own.app("greenhouse");
        var cloud = cloud();
        var api = beside(() -> cloud);
        assertThat(api.ask("GET", "/v2/apps?name=greenhouse", "").json())
                .isEqualTo("{\"items\":[{\"id\":\"CLOUDAPP\",\"name\":\"greenhouse\",\"created_at\":\"t\","
                        + "\"updated_at\":\"t\"}]}");
    }

    @Test
    void aDefinitionFromElsewhereThatIsNoFnObjectHidesNoOther() {
        var all = List.of(new Definition(FnName.parse("a/bad"), "x", "{\"app\":7}"), cloud().getFirst());
        var api = beside(() -> all);
        assertThat(api.ask("GET", "/v2/fns/CLOUDFN", "").status()).isEqualTo(200);
    }
}
