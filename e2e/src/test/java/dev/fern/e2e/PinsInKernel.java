package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// What runs in the kernel of [PinsOnAKernelTest]: a daemon, a broker, and a hand at the wires. Says PASS or FAIL with
/// the
/// name of each check.
final class PinsInKernel {
    private static final String LABEL = "pinctrl-bcm2711";
    private static final Duration CLOCKS = Duration.ofMillis(20);
    private static final Duration DEBOUNCE = Duration.ofSeconds(2);
    private static final int EDGES = 60;
    private static final int STORM = 10_000;

    private final SimulatedChip chip;
    private final FernProcess fern;
    private final Outside outside;

    private PinsInKernel(SimulatedChip chip, FernProcess fern, Outside outside) {
        this.chip = chip;
        this.fern = fern;
        this.outside = outside;
    }

    /// @param args the folder with the functions
    public static void main(String[] args) throws Exception {
        try (var sandbox = new Sandbox()) {
            new SimulatedChip("other", 60, Map.of());
            var chip = new SimulatedChip(LABEL, 54, Map.of(17, "GPIO17", 22, "heater"));
            sandbox.start(
                    List.of(
                            "/usr/bin/python3",
                            Uml.FOLDER.resolve("holder.py").toString(),
                            LABEL,
                            "24",
                            "heating control",
                            PinsOnAKernelTest.HOLD.toString()),
                    Map.of());
            Await.until("somebody else has line 24", () -> Files.exists(PinsOnAKernelTest.HOLD));
            var broker = Mosquitto.start(sandbox);
            try (var outside = new Outside(broker.url(), "seen/#");
                    var fern = FernProcess.startOnPins(
                            sandbox, "auto", "functions: " + args[0] + "\nmqtt: {url: \"" + broker.url() + "\"}")) {
                new PinsInKernel(chip, fern, outside).run();
            } finally {
                System.out.println("END");
            }
        }
        System.exit(0);
    }

    private void run() throws Exception {
        Await.until("it is online", () -> status().contains("\"mqtt\":{\"up\":true"));
        check("anEdgeRunsAFunctionThatSetsAPinAndTellsTheBroker", this::fromPinToPin);
        check("anEdgeIsAsOldAsTheKernelSays", this::timestamps);
        check("aLineIsFoundByItsName", this::names);
        check("theKernelPullsAndDebounces", this::debounces);
        check("everyEdgeThatTheKernelReportsArrives", this::everyEdge);
        check("aStormLosesNothingThatTheKernelReports", this::storm);
        check("aLineThatIsTakenSaysByWhomAndIsHadWhenItIsFree", this::busy);
        check("aChipMayGoAndComeBack", this::unplugged);
    }

    private void check(String name, KernelChecks.Check check) {
        KernelChecks.check(fern, name, check);
    }

    private void fromPinToPin() throws Exception {
        assertThat(chip.high(27)).isFalse();
        assertThat(chip.high(23)).as("initial=high").isTrue();

        long start = System.nanoTime();
        chip.drive(17, true);
        Await.until("the lamp is on", () -> chip.high(27));
        System.out.println("from a wire to a wire in " + (System.nanoTime() - start) / 1000 + " us");
        outside.await(
                "high",
                heard -> heard.topic().equals("seen/follow") && heard.text().equals("high"));
        assertThat(level(27)).as("read back").isEqualTo(1);

        chip.drive(17, false);
        Await.until("the lamp is off", () -> !chip.high(27));
        assertThat(level(27)).isZero();
    }

    private void timestamps() throws Exception {
        int before = edges("door").size();
        var earliest = Instant.now();
        chip.drive(17, true);
        Await.until("the edge", () -> edges("door").size() == before + 1);
        var latest = Instant.now();
        chip.drive(17, false);
        Await.until("the other edge", () -> edges("door").size() == before + 2);

        var first = edges("door").get(before);
        // two clocks are read one after the other to make one of the other
        assertThat(Instant.parse(first.stringValue("at", ""))).isBetween(earliest.minus(CLOCKS), latest.plus(CLOCKS));
        assertThat(first.stringValue("edge", "")).isEqualTo("rising");
        assertThat(edges("door").stream().map(edge -> edge.intValue("seq", 0)))
                .as("as the kernel counts them")
                .containsExactly(1, 2, 3, 4);
    }

    private void names() throws Exception {
        chip.drive(22, true);
        Await.until("an edge of the heater", () -> edges("heater").size() == 1);
        assertThat(edges("heater").getFirst().intValue("pin", 0)).isEqualTo(22);
    }

    private void debounces() throws Exception {
        assertThat(chip.pull(5)).isEqualTo("pull-up");
        for (int i = 0; i < 20; i++) {
            chip.drive(5, false);
            chip.drive(5, true);
        }
        var earliest = Instant.now();
        chip.drive(5, false);
        var latest = Instant.now();
        Await.until("the button is pressed", () -> !edges("button").isEmpty());

        assertThat(edges("button")).singleElement().satisfies(edge -> {
            assertThat(edge.stringValue("edge", "")).as("active=low").isEqualTo("rising");
            assertThat(edge.intValue("seq", 0))
                    .as("the kernel's, which saw no other")
                    .isEqualTo(1);
            assertThat(Instant.parse(edge.stringValue("at", "")))
                    .as("when it came, not when it was trusted")
                    .isBetween(earliest.minus(CLOCKS), latest.plus(DEBOUNCE.dividedBy(2)));
        });
    }

    /// Each edge is waited for in the kernel, which makes one of those that come faster than its clock ticks.
    private void everyEdge() throws Exception {
        for (int i = 1; i <= EDGES; i++) {
            chip.drive(6, i % 2 == 1);
            TimeUnit.MILLISECONDS.sleep(25);
        }
        Await.until("all are there", () -> edges("burst").size() == EDGES);
        assertThat(edges("burst").stream().map(edge -> edge.intValue("seq", 0)))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, EDGES).boxed().toList());
        assertThat(dropped()).isZero();
    }

    private void storm() throws Exception {
        for (int i = 0; i < STORM; i++) {
            chip.drive(6, i % 2 == 0);
        }
        chip.drive(6, true);
        Await.until("the last one is known", () -> level(6) == 1);
        Await.until(
                "it is an event",
                () -> edges("burst").getLast().stringValue("edge", "").equals("rising"));
        System.out.println("of " + STORM + " changes the kernel reported "
                + (edges("burst").getLast().intValue("seq", 0) - EDGES) + ", dropped were " + dropped());
        assertThat(dropped()).isZero();
        assertThat(edges("burst").stream()
                        .map(edge -> edge.stringValue("edge", ""))
                        .toList())
                .as("each differs from the one before")
                .satisfies(all -> IntStream.range(1, all.size())
                        .forEach(i -> assertThat(all.get(i)).isNotEqualTo(all.get(i - 1))));
    }

    private void busy() throws Exception {
        assertThat(status()).contains("gpio 24 cannot be had: it is used by 'heating control'");
        Files.delete(PinsOnAKernelTest.HOLD);
        Await.until("it is free", () -> !status().contains("gpio 24 cannot be had"));
        chip.drive(24, true);
        Await.until("an edge of it", () -> edges("shared").size() == 1);
    }

    private void unplugged() throws Exception {
        assertThat(status()).doesNotContain("cannot be had");
        chip.unplug();
        Await.until("it is said", () -> status().contains("gpio 17 cannot be had: its chip, " + LABEL + ", is gone"));

        int before = edges("door").size();
        chip.plug();
        Await.until("it is back", () -> !status().contains("cannot be had"));
        chip.drive(17, true);
        Await.until("an edge", () -> edges("door").size() > before);
        Await.until("the lamp is on", () -> chip.high(27));
    }

    private List<JsonObject> edges(String trigger) {
        return outside.heard().stream()
                .filter(heard -> heard.topic().equals("seen/" + trigger))
                .map(heard -> JsonParser.create(heard.text()).readJsonObject())
                .toList();
    }

    private String status() throws IOException, InterruptedException {
        return fern.get("/fern/status").body();
    }

    private long dropped() throws IOException, InterruptedException {
        return metric("fern_events_dropped_total\\{[^}]*burst[^}]*}");
    }

    private long level(int line) throws IOException, InterruptedException {
        return metric("fern_gpio_level\\{[^}]*line=\"" + line + "\"[^}]*}");
    }

    private long metric(String series) throws IOException, InterruptedException {
        var found = Pattern.compile("(?m)^" + series + " ([0-9.E]+)")
                .matcher(fern.get("/metrics").body());
        long sum = 0;
        while (found.find()) {
            sum += (long) Double.parseDouble(found.group(1));
        }
        return sum;
    }
}
