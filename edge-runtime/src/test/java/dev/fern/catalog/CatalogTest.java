package dev.fern.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.kit.FakeTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogTest {
    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private Catalog catalog;

    @BeforeEach
    void open() {
        catalog = new Catalog(folder.resolve("state/catalog.db"), time);
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    private Reply ask(String method, String target, String body) {
        return new Client(catalog::handle).ask(method, target, body);
    }

    private String make(String kind, String body) {
        return new Client(catalog::handle).make(kind, body);
    }

    private String app(String name) {
        return new Client(catalog::handle).app(name);
    }

    private String fn(String app, String name) {
        return make("fns", "{'name':'" + name + "','app_id':'" + app + "','image':'a/b'}");
    }

    private String trigger(String app, String fn, String name, String source) {
        return make("triggers", triggerJson(app, fn, name, source));
    }

    private static String triggerJson(String app, String fn, String name, String source) {
        return "{'name':'" + name + "','app_id':'" + app + "','fn_id':'" + fn + "','type':'http','source':'" + source
                + "'}";
    }

    private static String message(String text) {
        return "{\"message\":\"" + text + "\"}";
    }

    @Test
    void whatWasAnsweredIsThereAfterARestart() {
        var app = app("a");
        var id = fn(app, "f");
        var before = ask("GET", "/v2/fns/" + id, "");
        catalog.close();
        catalog = new Catalog(folder.resolve("state/catalog.db"), time);
        assertThat(ask("GET", "/v2/fns/" + id, "")).isEqualTo(before);
    }

    @Test
    void whatBelongsToAnAppGoesWithIt() {
        var app = app("a");
        var fn = fn(app, "f");
        var trigger = trigger(app, fn, "t", "/t");
        assertThat(ask("DELETE", "/v2/apps/" + app, "")).isEqualTo(new Reply(204, ""));
        assertThat(ask("GET", "/v2/fns/" + fn, "").status()).isEqualTo(404);
        assertThat(ask("GET", "/v2/triggers/" + trigger, "").status()).isEqualTo(404);
    }

    @Test
    void triggersGoWithTheirFunction() {
        var app = app("a");
        var fn = fn(app, "f");
        var trigger = trigger(app, fn, "t", "/t");
        assertThat(ask("DELETE", "/v2/fns/" + fn, "").status()).isEqualTo(204);
        assertThat(ask("GET", "/v2/triggers/" + trigger, "")).isEqualTo(Reply.error(404, "Trigger not found"));
    }

    @Test
    void aFullPageHasACursorThoughNothingFollows() {
        var app = app("a");
        for (var name : List.of("c", "a", "b", "d")) {
            fn(app, name);
        }
        var first = ask("GET", "/v2/fns?app_id=" + app + "&per_page=2", "").json();
        assertThat(first).startsWith("{\"next_cursor\":\"Yg\",").contains("\"name\":\"a\"", "\"name\":\"b\"");
        var second = ask("GET", "/v2/fns?app_id=" + app + "&per_page=2&cursor=Yg", "")
                .json();
        assertThat(second).startsWith("{\"next_cursor\":\"ZA\",").contains("\"name\":\"c\"", "\"name\":\"d\"");
        assertThat(ask("GET", "/v2/fns?app_id=" + app + "&per_page=2&cursor=ZA", ""))
                .isEqualTo(new Reply(200, "{\"items\":[]}"));
    }

    @Test
    void thirtyAreAPageUnlessAskedAndNeverMoreThanAHundred() {
        for (int i = 0; i < 101; i++) {
            app("app" + (100 + i));
        }
        assertThat(items("/v2/apps")).isEqualTo(30);
        assertThat(items("/v2/apps?per_page=-1")).isEqualTo(30);
        assertThat(items("/v2/apps?per_page=101")).isEqualTo(100);
        assertThat(items("/v2/apps?name=app150")).isEqualTo(1);
        assertThat(items("/v2/apps?name=app1")).isZero();
    }

    private int items(String target) {
        return ask("GET", target, "").json().split("\"id\":", -1).length - 1;
    }

    @Test
    void equalDataDoesNotTouchTheTime() {
        var app = app("a");
        var fn = fn(app, "f");
        var stored = ask("GET", "/v2/apps/" + app, "").json();
        time.advance(Duration.ofSeconds(1));
        assertThat(ask("PUT", "/v2/apps/" + app, "{'config':{'gone':''}}").json())
                .isEqualTo(stored);
        assertThat(ask("PUT", "/v2/fns/" + fn, "{'config':{'gone':''}}").json())
                .contains("\"config\":{}", "\"updated_at\":\"2026-11-23T12:00:00.000Z\"");
        assertThat(ask("GET", "/v2/fns/" + fn, "").json()).contains("\"config\":null");
    }

    @Test
    void aFunctionTakesTheShapeOfItsApp() {
        var app = make("apps", "{'name':'a','shape':'GENERIC_ARM'}");
        assertThat(ask("GET", "/v2/fns/" + fn(app, "f"), "").json())
                .contains("\"created_at\":\"2026-11-23T12:00:00.000Z\",\"shape\":\"GENERIC_ARM\",\"updated_at\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'name':'x','app_id':'APP','fn_id':'FN','type':'http','source':'/taken'} | 409 | Trigger with the same type and source exists on this app
            {'name':'taken','app_id':'APP','fn_id':'FN','type':'http','source':'/x'} | 409 | Trigger already exists
            {'name':'x','app_id':'APP2','fn_id':'FN','type':'http','source':'/x'}    | 400 | Invalid Fn ID - not owned by specified app
            {'name':'x','app_id':'nope','fn_id':'FN','type':'http','source':'/x'}    | 404 | App not found
            {'name':'x','app_id':'APP','fn_id':'nope','type':'http','source':'/x'}   | 404 | Fn not found
            {'name':'x','app_id':'APP','type':'http','source':'/x'}                  | 400 | Missing Fn ID on Trigger
            {'app_id':'APP','fn_id':'FN','type':'http','source':'/x'}                | 400 | Missing name on Trigger
            {'name':'x y','app_id':'APP','fn_id':'FN','type':'http','source':'/x'}   | 400 | Invalid name for Trigger
            {'id':'1','name':'x'}                                                    | 400 | ID cannot be provided for Trigger creation
            {'name':'x','created_at':'2001-01-01T00:00:00Z'}                         | 400 | Trigger Created At Provided for Create
            {'name':'x','created_at':'yesterday'}                                    | 400 | Invalid JSON
            """)
    void aTriggerThatDoesNotFitIsRefused(String body, int status, String message) {
        var app = app("a");
        var fn = fn(app, "f");
        trigger(app, fn, "taken", "/taken");
        // with their quotes: an id may have the letters FN in it
        var json = body.replace("'APP2'", "'" + app("b") + "'")
                .replace("'APP'", "'" + app + "'")
                .replace("'FN'", "'" + fn + "'");
        assertThat(ask("POST", "/v2/triggers", json)).isEqualTo(new Reply(status, message(message)));
    }

    @Test
    void aTriggerCannotBeMovedOntoAnother() {
        var app = app("a");
        var fn = fn(app, "f");
        trigger(app, fn, "one", "/one");
        var two = trigger(app, fn, "two", "/two");
        assertThat(ask("PUT", "/v2/triggers/" + two, "{'source':'/one'}").status())
                .isEqualTo(409);
        assertThat(ask("PUT", "/v2/triggers/" + two, "{'name':'one'}").status()).isEqualTo(409);
        assertThat(ask("PUT", "/v2/triggers/" + two, "{'source':'/three'}").status())
                .isEqualTo(200);
        assertThat(ask("PUT", "/v2/triggers/" + two, "{'id':'x'}"))
                .isEqualTo(Reply.error(400, "ID in path does not match ID in body"));
    }

    @Test
    void triggersOfDifferentFunctionsMayShareAName() {
        var app = app("a");
        trigger(app, fn(app, "f"), "same", "/f");
        trigger(app, fn(app, "g"), "same", "/g");
        assertThat(items("/v2/triggers?app_id=" + app)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'a':1e999999999}            | 400 | Invalid annotation value length, annotation values may not be larger than 512 bytes when serialized as JSON
            {'a':[{'b':1e-999999999}]}   | 400 | Invalid annotation value length, annotation values may not be larger than 512 bytes when serialized as JSON
            {'a':1e99999999999999}       | 400 | Invalid annotation value length, annotation values may not be larger than 512 bytes when serialized as JSON
            {'':1}                       | 400 | Invalid annotation key, annotation keys must be non-empty ascii strings excluding whitespace
            []                           | 400 | Invalid JSON
            """)
    void annotationsThatWouldHurtAreRefused(String annotations, int status, String message) {
        assertThat(ask("POST", "/v2/apps", "{'name':'a','annotations':" + annotations + "}"))
                .isEqualTo(new Reply(status, message(message)));
        var app = app("b");
        assertThat(ask("PUT", "/v2/apps/" + app, "{'annotations':" + annotations + "}"))
                .isEqualTo(new Reply(status, message(message)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'name':'x','app_id':'APP','image':'i','timeout':'9'} | Invalid JSON
            {'name':'x','app_id':'APP','image':'i','timeout':1e2} | Invalid JSON
            {'name':'x','app_id':'APP','image':'i','timeout':99999999999} | Invalid JSON
            {'name':'x','app_id':'APP','image':'i','timeout':1e99999999999} | Invalid JSON
            {'name':7} | Invalid JSON
            [] | Invalid JSON
            `` | Invalid JSON
            {'app_id':'APP','image':'i'} | Missing Fn name
            {'name':'a/b','app_id':'APP','image':'i'} | name must be a valid string
            """)
    void aFunctionThatMakesNoSenseIsRefused(String body, String message) {
        assertThat(ask("POST", "/v2/fns", body.replace("APP", app("a")))).isEqualTo(Reply.error(400, message));
    }

    @ParameterizedTest
    @CsvSource({"http://x, 400", "udp://log:514, 200", "unix:///dev/log, 200", "'no url', 400"})
    void aSyslogUrlIsChecked(String url, int status) {
        assertThat(ask("POST", "/v2/apps", "{'name':'a','syslog_url':'" + url + "'}")
                        .status())
                .isEqualTo(status);
    }

    @Test
    void nestingThatWouldExhaustTheStackIsRefused() {
        assertThat(ask("POST", "/v2/apps", "{'x':" + "[".repeat(1_000_000)))
                .isEqualTo(Reply.error(400, "Invalid JSON"));
    }

    @Test
    void aLongNameIsRefused() {
        assertThat(ask("POST", "/v2/apps", "{'name':'" + "x".repeat(256) + "'}"))
                .isEqualTo(Reply.error(400, "App name must be 255 characters or less"));
        assertThat(ask("POST", "/v2/apps", "{'name':'" + "x".repeat(255) + "'}").status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "PATCH, /v2/apps, 405",
        "DELETE, /v2/fns, 405",
        "POST, /v2/fns/x, 405",
        "GET, /v2/apps/, 404",
        "GET, /v2, 404",
        "GET, /v1/apps, 404",
        "GET, /v2/apps/x/y, 404"
    })
    void whatIsNoOperationOfTheApiIsRefused(String method, String path, int status) {
        var word = status == 405 ? "Method not allowed: " : "Path not found: ";
        assertThat(ask(method, path, "")).isEqualTo(Reply.error(status, word + method + " " + path));
    }

    @Test
    void itTellsOfItsFunctionsAtTheStartAndAfterEachChange() throws InterruptedException {
        var app = make("apps", "{'name':'a','config':{'Z':'1','B':'2'}}");
        var fn = make(
                "fns",
                "{'name':'f','app_id':'" + app
                        + "','image':'a/b','annotations':{'z':{'y':1,'x':[{'b':1,'a':2}]},'fern/on/t':'mqtt:t'}}");
        trigger(app, fn, "t2", "/2");
        var told = new LinkedBlockingQueue<List<Definition>>();
        catalog.start(told::add);
        assertThat(told.poll(60, TimeUnit.SECONDS)).hasSize(1);

        var last = trigger(app, fn, "t1", "/1");
        var definitions = told.poll(60, TimeUnit.SECONDS);
        assertThat(definitions).hasSize(1);
        var definition = definitions.getFirst();
        assertThat(definition.name()).isEqualTo(FnName.parse("a/f"));
        assertThat(definition.id()).isEqualTo(fn);
        var now = "2026-11-23T12:00:00.000Z";
        assertThat(definition.document())
                .startsWith(("{'app':{'config':{'B':'2','Z':'1'},'created_at':'" + now + "','id':'" + app
                                + "','name':'a','updated_at':'" + now
                                + "'},'fn':{'annotations':{'fern/on/t':'mqtt:t','z':{'x':[{'a':2,'b':1}],'y':1}},"
                                + "'app_id':'" + app + "','config':null,'created_at':'" + now + "','id':'" + fn
                                + "','idle_timeout':30,'image':'a/b','memory':128,'name':'f','timeout':30,"
                                + "'updated_at':'" + now + "'},'triggers':[{'app_id':'" + app + "','created_at':'" + now
                                + "','fn_id':'" + fn + "','id':'" + last
                                + "','name':'t1','source':'/1','type':'http','updated_at':'" + now + "'},")
                        .replace('\'', '"'));

        ask("PUT", "/v2/fns/" + fn, "{'image':'a/b'}");
        catalog.nudge();
        ask("DELETE", "/v2/apps/" + app, "");
        assertThat(told.poll(60, TimeUnit.SECONDS)).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void theEndpointThatTheFnCommandWritesBackIsNoPartOfTheDefinition() {
        var app = app("a");
        var fn = fn(app, "f");
        var before = catalog.definitions();
        assertThat(ask("PUT", "/v2/fns/" + fn, "{'annotations':{'fnproject.io/fn/invokeEndpoint':'http://x'}}")
                        .status())
                .isEqualTo(200);
        assertThat(catalog.definitions()).isEqualTo(before);
    }

    @Test
    void aFileThatIsNoDatabaseIsSaidInTheHealth() throws Exception {
        var file = folder.resolve("broken.db");
        Files.writeString(file, "this is no database, and long enough to be taken for the header of one ".repeat(10));
        try (var broken = new Catalog(file, time)) {
            broken.start(_ -> {});
            for (int i = 0; i < 1000 && Health.UP.equals(broken.health().get("catalog")); i++) {
                Thread.sleep(10);
            }
            assertThat(broken.health().get("catalog")).isInstanceOf(Health.Down.class);
        }
    }

    @Test
    void thousandsOfFunctionsAreNoTrouble() {
        var app = app("big");
        for (int i = 0; i < 3000; i++) {
            fn(app, "f" + (10_000 + i));
        }
        assertThat(catalog.definitions()).hasSize(3000);
        assertThat(ask("GET", "/v2/fns?app_id=" + app + "&per_page=100&cursor=" + Page.cursor("f12898"), "")
                        .json())
                .startsWith("{\"next_cursor\":\"" + Page.cursor("f12998"));
    }
}
