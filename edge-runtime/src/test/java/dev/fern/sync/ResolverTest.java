package dev.fern.sync;

import static dev.fern.sync.Tokyo.document;
import static dev.fern.sync.Tokyo.fn;
import static dev.fern.sync.Tokyo.resolver;
import static dev.fern.sync.Tokyo.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.Trigger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What definitions mean on a device called test, in tokyo.
class ResolverTest {
    @TempDir
    Path folder;

    private Fn resolve(Definition definition) throws InvalidDefinitionException {
        return resolver(folder).resolve(definition);
    }

    @Test
    void aDeviceThatIsNotInARolloutRunsTheStableImage() throws InvalidDefinitionException {
        var stable = "reg/too-hot@sha256:" + "a".repeat(64);
        var annotations = "{'fern/rollout':'100%% of site=%s','fern/stable':'" + stable + "'}";
        assertThat(resolve(fn(annotations.formatted("tokyo"))).image()).isEqualTo("reg/too-hot:1");
        assertThat(resolve(fn(annotations.formatted("osaka"))).image()).isEqualTo(stable);
    }

    @Test
    void theFunctionOfTheContractIsUnderstood() throws InvalidDefinitionException {
        var fn = resolve(document("""
                {'app':{'id':'A','name':'greenhouse','config':{'LIMIT':'20','SITE':'x'},
                        'annotations':{'fern/concurrency':2,'other':{'deep':[1]}}},
                 'fn':{'id':'F','name':'too-hot','app_id':'A','image':'reg/too-hot:0.0.3','memory':64,'timeout':5,
                       'config':{'LIMIT':'30'},
                       'annotations':{
                         'fern/on/temperature':'mqtt:{app}/+/temperature?qos=1&retries=3',
                         'fern/to/fan':'gpio:fan?from=temperature&max-on=10m',
                         'fern/to/alerts':'mqtt:alerts/{1}/heat?qos=1&retain=true&from=temperature',
                         'fern/warm':'true','mqtt':{'topic':'t'}}},
                 'triggers':[{'id':'T','name':'web','type':'http','source':'/too-hot','fn_id':'F','app_id':'A'}]}"""));
        assertThat(fn.name()).hasToString("greenhouse/too-hot");
        assertThat(fn.id()).isEqualTo("F");
        assertThat(fn.appId()).isEqualTo("A");
        assertThat(fn.image()).isEqualTo("reg/too-hot:0.0.3");
        assertThat(fn.memoryMb()).isEqualTo(64);
        assertThat(fn.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(fn.idleTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(fn.config()).isEqualTo(Map.of("LIMIT", "30", "SITE", "x"));
        assertThat(fn.concurrency()).isEqualTo(2);
        assertThat(fn.warm()).isTrue();
        assertThat(fn.triggers())
                .extracting(Trigger::name, trigger -> trigger.binding().toString())
                .containsExactly(
                        tuple("invoke", "invoke:F"),
                        tuple("web", "http:/too-hot"),
                        tuple("temperature", "mqtt:greenhouse/+/temperature?qos=1&retries=3"));
        assertThat(fn.targets())
                .extracting(Object::toString)
                .containsExactly(
                        "greenhouse/too-hot -> mqtt:alerts/{1}/heat?qos=1&retain=true&from=temperature",
                        "greenhouse/too-hot -> gpio:fan?from=temperature&max-on=10m");
        assertThat(fn.annotations())
                .containsEntry("fern/concurrency", "2")
                .containsEntry("mqtt", "{\"topic\":\"t\"}")
                .doesNotContainKey("other");
    }

    @Test
    void whatIsNotSaidIsAsOnAnFnServer() throws InvalidDefinitionException {
        var fn = resolve(document("{'app':{'id':'A'},'fn':{'image':'i','config':null,'memory':0,'timeout':null}}"));
        assertThat(fn.memoryMb()).isEqualTo(128);
        assertThat(fn.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(fn.idleTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(fn.concurrency()).isEqualTo(1);
        assertThat(fn.warm()).isFalse();
        assertThat(fn.isolation()).isEqualTo(Fn.Isolation.SHARED);
        assertThat(fn.triggers()).extracting(Trigger::lane).containsExactly("greenhouse/too-hot#invoke");
    }

    @Test
    void theAppsAnnotationsAreDefaultsAndOffSwitchesOneOff() throws InvalidDefinitionException {
        var app = "'app':{'id':'A','annotations':{'fern/on/a':'mqtt:a','fern/on/b':'mqtt:b','fern/concurrency':'3'}}";
        var fn = resolve(document("{" + app
                + ",'fn':{'image':'i','annotations':{'fern/on/a':'off','fern/on/b':['mqtt:x','mqtt:y'],"
                + "'fern/to/c':'off','fern/concurrency':64}}}"));
        assertThat(fn.triggers())
                .extracting(Trigger::toString)
                .containsExactly(
                        "greenhouse/too-hot invoke:F", "greenhouse/too-hot mqtt:x", "greenhouse/too-hot mqtt:y");
        assertThat(fn.triggers().get(1).name()).isEqualTo("b");
        assertThat(fn.targets()).isEmpty();
        assertThat(fn.concurrency()).isEqualTo(64);
    }

    @Test
    void placeholdersAreFilledInBindingsAndNowhereElse() throws InvalidDefinitionException {
        var fn =
                resolve(document("{'app':{'id':'A'},'fn':{'image':'reg/{app}','config':{'K':'{device}'},'annotations':{"
                        + "'fern/on/t':'mqtt:{label.site}/{device}/+?retries={var.n}',"
                        + "'fern/to/o':'mqtt:{var.bay}/{fn}/{1}/{id}/{date}?value={app}'}}}"));
        assertThat(fn.triggers().get(1).binding()).hasToString("mqtt:tokyo/test/+?retries=3");
        assertThat(fn.targets().getFirst().binding()).hasToString("mqtt:B7/too-hot/{1}/{id}/{date}?value=greenhouse");
        assertThat(fn.image()).isEqualTo("reg/{app}");
        assertThat(fn.config()).containsEntry("K", "{device}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            site=tokyo             | true
            site==tokyo            | true
            site=osaka             | false
            site!=osaka            | true
            site!=tokyo            | false
            colour!=red            | true
            colour=red             | false
            role                   | true
            !role                  | false
            !colour                | true
            colour                 | false
            site=tokyo,role!=spare | true
            site=tokyo,!role       | false
            ` site = tokyo , role `| true
            site in (tokyo)        | true
            a=b=c                  | true
            """)
    void aSelectorChoosesByLabelsAndABrokenOneIsShown(String selector, boolean chosen) {
        var resolver = resolver(folder);
        assertThat(resolver.chosen(fn("{'fern/devices':'" + selector + "'}"))).isEqualTo(chosen);
    }

    @Test
    void theSelectorOfTheAppHoldsUnlessTheFunctionHasOne() {
        var resolver = resolver(folder);
        var app = "{'app':{'annotations':{'fern/devices':'site=osaka'}},'fn':{'annotations':";
        assertThat(resolver.chosen(document(app + "{}}}"))).isFalse();
        assertThat(resolver.chosen(document(app + "{'fern/devices':'site'}}}"))).isTrue();
        assertThat(resolver.chosen(fn("{}"))).isTrue();
        assertThat(resolver.chosen(document("nonsense"))).isTrue();
    }

    @Test
    void theDevicesConfigurationIsOverTheCloudsAndOnlyItMayNameSecrets()
            throws InvalidDefinitionException, IOException {
        Files.createDirectories(folder.resolve("secrets"));
        Files.writeString(folder.resolve("secrets/telegram"), "s3cret\n");
        Files.writeString(folder.resolve("secrets/lines"), "a\nb\r\n");
        var config = Map.of(
                "greenhouse/too-hot", Map.of("LIMIT", "28", "TOKEN", "secret:telegram", "LINES", "secret:lines"),
                "greenhouse/other", Map.of("LIMIT", "1"));
        var fn = new Resolver(settings(folder, config))
                .resolve(document("{'app':{'id':'A','config':{'X':'secret:telegram'}},'fn':{'image':'i',"
                        + "'config':{'LIMIT':'30','Y':'secret:telegram'}}}"));
        assertThat(fn.config())
                .isEqualTo(Map.of(
                        "LIMIT",
                        "28",
                        "TOKEN",
                        "s3cret",
                        "LINES",
                        "a\nb",
                        "X",
                        "secret:telegram",
                        "Y",
                        "secret:telegram"));
        assertThat(fn.toString()).doesNotContain("s3cret");
    }

    @Test
    void aSecretMayBeASystemdCredential() throws InvalidDefinitionException, IOException {
        var credentials = Files.createDirectories(folder.resolve("credentials"));
        Files.writeString(credentials.resolve("telegram"), "from systemd");
        Files.writeString(credentials.resolve("secret_door"), "from the folder, by systemd");
        var settings = settings(
                folder, Map.of("greenhouse/too-hot", Map.of("TOKEN", "secret:telegram", "DOOR", "secret:door")));
        var resolver = new Resolver(settings, new DeviceConfig(settings, credentials));
        assertThat(resolver.resolve(fn("{}")).config())
                .containsEntry("TOKEN", "from systemd")
                .containsEntry("DOOR", "from the folder, by systemd");
        Files.createDirectories(folder.resolve("secrets"));
        Files.writeString(folder.resolve("secrets/telegram"), "own");
        Files.writeString(folder.resolve("secrets/door"), "own, too");
        assertThat(resolver.resolve(fn("{}")).config()).containsEntry("TOKEN", "own");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"absent", "folder", "binary", "large", "../secrets/good", "..", ".", "", "a/b", "/etc/passwd"})
    void aSecretThatCannotBeReadIsNamedWithWhatToDo(String name) throws IOException {
        var secrets = Files.createDirectories(folder.resolve("secrets"));
        Files.createDirectories(secrets.resolve("folder"));
        Files.writeString(secrets.resolve("good"), "s3cret");
        Files.write(secrets.resolve("binary"), new byte[] {(byte) 0xff, 's', '3'});
        Files.writeString(secrets.resolve("large"), "s3".repeat(40_000));
        var resolver = new Resolver(settings(folder, Map.of("greenhouse/too-hot", Map.of("TOKEN", "secret:" + name))));
        var e = catchThrowableOfType(InvalidDefinitionException.class, () -> resolver.resolve(fn("{}")));
        assertThat(e).isNotNull();
        assertThat(e.getMessage()).contains("TOKEN").contains(name).doesNotContain("s3");
        assertThat(e.problem().whatToDo()).containsAnyOf("put it there", "use letters");
    }
}
