package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Fleet;
import dev.fern.Fleet.Device;
import dev.fern.Health;
import dev.fern.Problem;
import io.helidon.json.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `fern fleet` makes of what devices tell; with a broker it is in FleetTest of the e2e module.
class FleetCommandTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(900);
    private static final Duration SETTLED = Duration.ofMillis(300);
    private static final FleetView.Choice ALL = new FleetView.Choice(null, null);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal = new Terminal(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of());

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static String function(String name, String running, String wanted, String state, String why) {
        return "{'app':'lab','name':'%s','image':'r/f:%s','digest':'sha256:%s','wanted':{'image':'r/f:%s','digest':'sha256:%s'},'previous':null,'since':'2026-01-02T03:04:05Z','state':'%s','why':%s,'do':%s}"
                .formatted(
                        name,
                        running,
                        running,
                        wanted,
                        wanted,
                        state,
                        why.isEmpty() ? "null" : "'" + why + "'",
                        why.isEmpty() ? "null" : "'mend it'");
    }

    private static Device device(boolean online, String... functions) {
        return new Device(
                online, ("{'version':'0.1.0','functions':[" + String.join(",", functions) + "]}").replace('\'', '"'));
    }

    private static Device f(String running, String wanted, String state, String why) {
        return device(true, function("f", running, wanted, state, why));
    }

    private void print(Fleet fleet, FleetView.Choice choice, boolean json) throws FailedException {
        new FleetView(terminal, fleet, "mqtt://b under fern", choice, json).print();
    }

    private void follow(Fleet fleet, Duration patience) throws FailedException, InterruptedException {
        var choice = new FleetView.Choice(null, "f");
        new Following(terminal, fleet, choice, false, SETTLED, patience).await();
    }

    @Test
    void itShowsWhatRunsWhereAndWhy() throws Exception {
        var fleet = new PlayedFleet(_ -> Map.of(
                "b-2", f("1", "2", "ready", "r/f:2 was rolled back"),
                "a-1", f("2", "2", "ready", ""),
                "c-3", device(false)));

        print(fleet, ALL, false);

        assertThat(out().replaceAll(" +", " ").lines())
                .containsExactly(
                        "DEVICE ONLINE FERN FUNCTION STATE RUNNING WANTED PREVIOUS SINCE WHY",
                        "a-1 yes 0.1.0 lab/f ready f:2@2 f:2@2 2026-01-02T03:04:05Z",
                        "b-2 yes 0.1.0 lab/f ready f:1@1 f:2@2 2026-01-02T03:04:05Z r/f:2 was rolled back; mend it",
                        "c-3 no 0.1.0");
        assertThat(err()).isEmpty();
    }

    @Test
    void forProgramsItIsAnArrayOfDevices() throws Exception {
        var fleet = new PlayedFleet(_ -> Map.of("a", f("1", "2", "loading", ""), "b", new Device(true, "no json")));

        print(fleet, ALL, true);

        var devices = JsonParser.create(out()).readJsonArray().values();
        assertThat(devices).hasSize(2);
        var fn = devices.getFirst()
                .asObject()
                .arrayValue("functions")
                .orElseThrow()
                .values()
                .getFirst()
                .asObject();
        assertThat(fn.objectValue("running").orElseThrow().stringValue("digest"))
                .hasValue("sha256:1");
        assertThat(fn.objectValue("wanted").orElseThrow().stringValue("image")).hasValue("r/f:2");
        assertThat(devices.getLast().asObject().stringValue("problem")).hasValue("what it tells is no JSON");
    }

    @Test
    void whoeverWritesNonsenseIsNamedAndTheOthersAreListed() throws Exception {
        var deep = "[".repeat(500_000);
        var bad = new HashMap<String, Device>();
        bad.put("1", new Device(true, "no json"));
        bad.put("2", new Device(true, "[1,2]"));
        bad.put("3", new Device(true, "{\"functions\":" + deep));
        bad.put("4", new Device(true, "{\"functions\":{\"a\":1}}"));
        bad.put("5", new Device(true, "{\"functions\":[7]}"));
        bad.put("6", new Device(true, "{\"functions\":[{\"app\":1,\"name\":[]}]}"));
        bad.put("7", new Device(true, "{}"));
        bad.put("8", new Device(true, "null"));
        bad.put("9", new Device(true, ""));
        bad.put("good", f("1", "1", "ready", "a\\u001b[2J\\u009b2J" + "x".repeat(10_000)));
        bad.put(
                "many",
                device(
                        true,
                        function("f", "1", "1", "ready", "")
                                + ("," + function("f", "1", "1", "ready", "")).repeat(3_000)));

        print(new PlayedFleet(_ -> bad), ALL, false);

        var lines = out().lines().map(line -> line.replaceAll(" +", " ")).toList();
        assertThat(lines).hasSize(1 + 9 + 1 + 1000);
        assertThat(lines).contains("1 yes what it tells is no JSON", "7 yes what it tells is no status of a Fern");
        assertThat(lines).contains("5 yes what it tells of its functions makes no sense");
        assertThat(lines).contains("6 yes what it tells of its functions makes no sense");
        assertThat(lines).contains("9 yes it has told nothing of its functions yet");
        assertThat(lines).anyMatch(line -> line.startsWith("good yes 0.1.0 lab/f ready"));
        assertThat(out()).doesNotContain("\u001b", "\u009b", "x".repeat(400));
    }

    @Test
    void onlyWhatWasAskedForIsShown() throws Exception {
        var fleet = new PlayedFleet(_ -> Map.of(
                "a", device(true, function("f", "1", "1", "ready", ""), function("g", "1", "1", "ready", "")),
                "b", device(true, function("g", "1", "1", "ready", "")),
                "c", new Device(true, "no json")));

        print(fleet, new FleetView.Choice("lab", "f"), false);
        assertThat(out().lines()).hasSize(2);
        assertThat(out()).contains("lab/f").doesNotContain("lab/g", "no JSON");

        print(fleet, new FleetView.Choice("other", null), false);
        assertThat(err()).isEqualTo("no device at mqtt://b under fern has other/*; 3 have told of others\n");
    }

    @Test
    void aBrokerWithoutDevicesIsOneSentence() throws Exception {
        print(new PlayedFleet(_ -> Map.of()), ALL, true);

        assertThat(out()).isEqualTo("[]\n");
        assertThat(err())
                .startsWith("no device has told anything at mqtt://b under fern; ")
                .hasLineCount(1);
    }

    @Test
    void whatWasNotKeptIsSaid() throws Exception {
        var fleet = new PlayedFleet(_ -> Map.of("a", device(true)));
        fleet.left = 3;
        print(fleet, ALL, false);
        assertThat(err()).contains("3 messages were not kept");
    }

    @Test
    void thousandsOfDevicesAreListedWithAWordOnTheBrokersQueue() throws Exception {
        var many = new HashMap<String, Device>();
        for (int i = 0; i < 5000; i++) {
            many.put("d" + i, device(true));
        }
        print(new PlayedFleet(_ -> many), ALL, false);
        assertThat(out().lines()).hasSize(5001);
        assertThat(err())
                .contains("more than these 5000 devices", "max_queued_messages")
                .hasLineCount(1);
    }

    @Test
    void aRolloutIsFollowedUntilAllRunWhatIsWanted() throws Exception {
        var fleet = new PlayedFleet(look -> Map.of(
                "a", f(look < 3 ? "1" : "2", look < 1 ? "1" : "2", "ready", ""),
                "b", f("2", "2", look < 6 ? "loading" : "ready", ""),
                "strange", new Device(true, "no json"),
                "without", device(true)));

        follow(fleet, LONG);

        assertThat(fleet.nudges).isEqualTo(1);
        assertThat(fleet.look).isGreaterThan(6);
        assertThat(out().lines())
                .containsExactly(
                        "a lab/f: ready, runs f:1@1",
                        "b lab/f: loading, runs f:2@2",
                        "a lab/f: ready, runs f:1@1, wanted f:2@2",
                        "a lab/f: ready, runs f:2@2",
                        "b lab/f: ready, runs f:2@2");
        assertThat(err()).isEqualTo("all run what is wanted: 2 on 2 devices\n");
    }

    @Test
    void oneThatRollsBackEndsIt() {
        var fleet = new PlayedFleet(look -> Map.of(
                "a", f("1", look < 6 ? "1" : "2", look < 2 ? "loading" : "ready", look < 6 ? "" : "2 was rolled back"),
                "b", f("1", "2", "loading", "")));

        assertThatThrownBy(() -> follow(fleet, LONG))
                .hasMessage("a does not run lab/f f:2@2: 2 was rolled back; mend it");
        assertThat(out()).endsWith("a lab/f: ready, runs f:1@1, wanted f:2@2: 2 was rolled back; mend it\n");
    }

    @Test
    void aFunctionThatIsIllEndsItToo() {
        assertThatThrownBy(() -> follow(new PlayedFleet(_ -> Map.of("a", f("2", "2", "quarantined", "stuck"))), LONG))
                .hasMessage("a does not run lab/f f:2@2: stuck; mend it");
    }

    @Test
    void whoIsLateIsNamed() {
        var fleet = new PlayedFleet(_ -> Map.of(
                "a", f("1", "2", "ready", ""),
                "b", device(false, function("f", "1", "2", "ready", "")),
                "c", f("2", "2", "ready", "")));

        assertThatThrownBy(() -> follow(fleet, SHORT))
                .hasMessageStartingWith(
                        "2 of 3 do not run what is wanted after 900 ms: a lab/f, b lab/f (offline); look at them");
        assertThat(out()).contains("b lab/f: offline, ready");
    }

    @Test
    void nobodyWhoHasItAndABrokerThatIsLostAreSaid() {
        var none = new PlayedFleet(_ -> Map.of());
        assertThatThrownBy(() -> follow(none, SHORT))
                .hasMessageStartingWith("no device of the broker has */f after 900 ms");
        none.health = Health.down("it is gone", "look");
        assertThatThrownBy(() -> follow(none, LONG)).hasMessage("it is gone; look");
        assertThatThrownBy(() -> print(none, ALL, false)).hasMessage("it is gone; look");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--mqtt here                          | is no broker; write mqtt://HOST",
                "--mqtt http://h                      | is no broker; write mqtt://HOST",
                "--mqtt mqtt://[h                     | is no broker; write mqtt://HOST",
                "--mqtt mqtt://me:secret@h            | is no broker",
                "--mqtt mqtt://h --mqtt-prefix a/#    | --mqtt-prefix a/# is not the beginning of a topic",
                "--mqtt mqtt://h --timeout soon       | --timeout soon is no time",
                "''                                   | say which broker: --mqtt URL",
            })
    void wrongUsageIs2(String more, String said) {
        var ran = new Shell().fern(("fleet " + more).strip().split(" "));

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains(said);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void withoutAConfigurationWordsNameOptions() {
        var problem = new Problem("mqtt://mqtt.url refused", "check mqtt.username, mqtt.password-file and mqtt.url");
        assertThat(BrokerOptions.asOptions(problem).toString())
                .isEqualTo("mqtt://mqtt.url refused; check --mqtt-username, --mqtt-password-file and --mqtt");
    }
}
