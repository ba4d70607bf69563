package dev.fern.e2e.image;

import dev.fern.e2e.Sandbox;
import dev.fern.e2e.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.eclipse.paho.mqttv5.common.MqttException;

/// `./dev image test`: writes the card image onto a card, puts the user's files onto it, and boots it on emulated
/// machines as one would use it and as one should not. The cards stay in target/cards, so that a later part can
/// be played by itself.
public final class Boot {
    private static final Duration LONG = Duration.ofMinutes(10);

    /// Bytes that editors on other systems put before a text in UTF-8.
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /// What can be asked for, in the order in which it is played.
    private enum Part {
        GUEST("a tiny guest: pins simulated by its kernel"),
        PACKED("the packed image and its list"),
        WORK("virt: first start, work, the plug, start again"),
        BESIDE("virt: the start with Fern and without"),
        BAD("virt: no network, a full card, a broken fern.yaml; and mended"),
        RASPI3B("raspi3b: first start and work");

        private final String title;

        Part(String title) {
            this.title = title;
        }

        /// Those that a word of the command line means: `virt` is three of them.
        private static List<Part> of(String word) {
            return word.equals("virt")
                    ? List.of(WORK, BESIDE, BAD)
                    : Arrays.stream(values())
                            .filter(part -> part.name().equalsIgnoreCase(word))
                            .toList();
        }
    }

    /// One of them.
    private interface Step {
        void play() throws IOException, InterruptedException, MqttException;
    }

    private final Checks checks = new Checks();
    private final Sandbox sandbox;
    private final World world;
    private final Health health;
    private final Path home;
    private final Path cards;
    private final Path key;

    private Boot(Stage stage, World world, Path home) throws IOException, InterruptedException {
        this.world = world;
        sandbox = stage.sandbox();
        health = new Health(checks, world);
        this.home = home;
        cards = Files.createDirectories(home.resolve("target/cards"));
        key = cards.resolve("key");
        if (!Files.exists(key)) {
            sandbox.start(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()), Map.of())
                    .awaitSuccess(LONG);
        }
    }

    /// Ends with exit code 1 if something was not as it should be.
    ///
    /// @param args the parts to play, `virt` for three of them, and `idle=MINUTES`
    public static void main(String[] args) throws IOException, InterruptedException, MqttException {
        int idle = 0;
        var parts = new TreeSet<Part>();
        for (var word : args) {
            if (word.startsWith("idle=")) {
                idle = Integer.parseInt(word.substring(5));
            } else if (Part.of(word).isEmpty()) {
                System.err.println("there is no part '" + word + "': see ./dev help");
                System.exit(2);
            } else {
                parts.addAll(Part.of(word));
            }
        }
        if (parts.isEmpty()) {
            parts.addAll(List.of(Part.values()));
        }
        boolean good;
        try (var stage = new Stage("max_queued_messages 0");
                var world = new World(stage)) {
            var boot = new Boot(
                    stage, world, Path.of(System.getProperty("fern.home", ".")).toAbsolutePath());
            for (var part : parts) {
                boot.play(part, idle);
            }
            good = boot.checks.allKept();
            boot.checks.say(
                    good
                            ? "all as it should be: "
                                    + parts.stream().map(part -> part.title).collect(Collectors.joining("; "))
                            : "BROKEN: " + boot.checks.broken());
        }
        System.exit(good ? 0 : 1);
    }

    /// What breaks off in one part keeps no other one from being played.
    private void play(Part part, int idle) throws InterruptedException, MqttException {
        checks.say(part.title);
        Step step = switch (part) {
            case GUEST ->
                () -> {
                    int before = checks.broken().size();
                    Tiny.play(sandbox, home, checks);
                    if (checks.broken().size() == before) {
                        Tiny.remember(sandbox, home);
                    }
                };
            case PACKED -> this::packed;
            case WORK ->
                () -> {
                    var card = flashed("virt");
                    firstStart(card);
                    afterTheCut(card);
                };
            case BESIDE -> () -> beside(used("virt"), idle);
            case BAD ->
                () -> {
                    var card = used("virt");
                    card.fill();
                    badDay(card);
                    recovers(card);
                };
            case RASPI3B -> () -> onThePi(flashed("raspi3b"));
        };
        try {
            step.play();
        } catch (IOException e) {
            checks.hold(false, "to the end: " + part.title, String.valueOf(e.getMessage()));
        }
    }

    private void packed() throws IOException, InterruptedException {
        var image = image();
        var faults = image.faults();
        checks.hold(faults.isEmpty(), "os_list.json says of the packed image what is so", String.join("\n", faults));
        checks.say(image.sizes());
    }

    private Packed image() throws IOException {
        var list = home.resolve("target/os_list.json");
        if (!Files.exists(list)) {
            throw new IOException("there is no card image in target/; ./dev image makes it");
        }
        return Packed.read(sandbox, list);
    }

    private Path file(String name) {
        return cards.resolve(name + ".img");
    }

    /// A card as its user hands it over, written on a system where a line ends with CR and LF.
    private Card flashed(String name) throws IOException, InterruptedException {
        var card = Card.flash(sandbox, image(), file(name));
        card.put("fern.yaml", BYTE_ORDER_MARK + world.fernYaml().replace("\n", "\r\n"));
        card.put("authorized_keys.txt", Files.readString(Path.of(key + ".pub")).replace("\n", "\r\n"));
        card.put("wifi.txt", "ssid=Anybody\r\npassword=short\r\n");
        return card;
    }

    /// A card that has been started before, today or earlier.
    private Card used(String name) throws IOException, InterruptedException {
        if (!Files.exists(file(name))) {
            throw new IOException(file(name) + " is not there; it is left by the part `work`");
        }
        var card = new Card(sandbox, file(name));
        card.put("fern.yaml", world.fernYaml());
        return card;
    }

    private Guest start(Board board, Card card, String more) throws IOException, InterruptedException {
        return start(board, card, Board.Wires.ALL, more);
    }

    private Guest start(Board board, Card card, Board.Wires wires, String more)
            throws IOException, InterruptedException {
        var guest = Guest.boot(sandbox, board, card, key, wires, more);
        try {
            return guest.connect();
        } catch (IOException | InterruptedException e) {
            guest.close();
            throw e;
        }
    }

    private void firstStart(Card card) throws IOException, InterruptedException, MqttException {
        try (var guest = start(Board.VIRT, card, "")) {
            checks.say("somebody has logged in with the key from the card");
            health.up(guest);
            checks.writes(
                    guest,
                    "journalctl -u fern-card -o cat | grep -c -e 'fern.yaml was taken' -e 'keys that may log in as pi: 1' -e 'wifi.txt.*8 to 63'",
                    "3",
                    "what was on the FAT partition was taken or refused, with a sentence each");
            health.works(guest, 9001);
            health.memory(guest);

            int kept = 0;
            for (int number = 1; number <= 40; number++) {
                world.send(number);
                if (number % 4 == 0 && world.ask(guest, 1000 + number)) {
                    kept++;
                }
            }
            // the plug is pulled in the middle of the work, which takes 150 ms each
            var owed = world.owed();
            guest.close();
            var work = owed.size() + " calls in hand, and of the detached ones " + kept + " taken";
            checks.hold(owed.size() > 5 && kept > 0, "the power goes while there is work", work);
            checks.say(work);
        }
    }

    private void afterTheCut(Card card) throws IOException, InterruptedException, MqttException {
        checks.say("start after the power cut");
        try (var guest = start(Board.VIRT, card, "")) {
            var lost = world.awaitAll(LONG);
            checks.hold(lost.isEmpty(), "nothing that was acknowledged is lost", "lost: " + lost);
            health.up(guest);
            health.settings(guest);
            checks.say(
                    guest.run(
                            "sudo dmesg | grep -i -e 'recover' -e 'orphan' | head -5; journalctl -b -o cat -u systemd-fsck-root | head -5"));
            health.memory(guest);
            shutDown(guest, card);
        }
    }

    /// With Fern: until Fern is ready. Without: until the same target is reached.
    private void beside(Card card, int idle) throws IOException, InterruptedException {
        double with;
        try (var guest = start(Board.VIRT, card, "")) {
            health.up(guest);
            with = health.seconds(guest, "fern.service");
            health.seconds(guest, "multi-user.target");
            checks.say(guest.run("systemd-analyze | head -1"));
            health.memory(guest);
            if (idle > 0) {
                health.written(guest, idle);
            }
            shutDown(guest, card);
        }
        checks.say("the same with fern.service masked");
        try (var guest = start(Board.VIRT, card, "systemd.mask=fern.service")) {
            checks.writes(guest, "systemctl is-system-running --wait", "running", "all else is up without Fern");
            double without = health.seconds(guest, "multi-user.target");
            checks.say(guest.run("systemd-analyze | head -1; free -m | sed -n 2p"));
            checks.say("with Fern the start takes %.2f of the time without".formatted(with / without));
            shutDown(guest, card);
        }
    }

    private void badDay(Card card) throws IOException, InterruptedException {
        // other bytes each time, else it is not taken in
        card.put(
                "fern.yaml",
                "# %d%ndevice: {id: flashed}%nclowd: {url: \"http://example.com\"}%n".formatted(System.nanoTime()));
        try (var guest = Guest.bootAlone(sandbox, Board.VIRT, card, key)) {
            guest.awaitConsole("fern.yaml was taken from the card");
            guest.awaitConsole("Fern does not run. It said:");
            guest.awaitConsole("Mend fern.yaml on the card");
            var console = guest.console();
            checks.hold(
                    console.stream().anyMatch(line -> line.contains("clowd")),
                    "the console says what is wrong with fern.yaml",
                    String.join("\n", console));
            // later than that systemd does not write there
            guest.awaitConsole("Reached target getty.target");
            checks.hold(true, "the device comes up nevertheless, as far as its login prompt", "");
        }
    }

    private void recovers(Card card) throws IOException, InterruptedException, MqttException {
        checks.say("fern.yaml mended, nothing to be reached, the card still full");
        card.put("fern.yaml", world.fernYaml());
        try (var guest = start(Board.VIRT, card, Board.Wires.IN, "")) {
            health.up(guest);
            checks.writes(guest, "df --output=avail / | tail -1 | tr -d ' '", "0", "the card is full");
            checks.say(guest.run("fern status | head -20"));
            shutDown(guest, card);
        }
        checks.say("with a network again, the card still full");
        try (var guest = start(Board.VIRT, card, "")) {
            health.up(guest);
            checks.say(guest.run("fern status | head -20"));
            guest.run("sudo rm /fill");
            health.works(guest, 9002);
            shutDown(guest, card);
        }
    }

    private void onThePi(Card card) throws IOException, InterruptedException, MqttException {
        world.lamp();
        try (var guest = start(Board.RASPI3B, card, "")) {
            checks.say(guest.run("tr -d '\\0' </proc/device-tree/model; echo; uname -rm; gpiodetect"));
            health.up(guest);
            checks.say(guest.run("fern status | head -20"));
            health.seconds(guest, "fern.service");
            health.memory(guest);
            health.works(guest, 9003);
            pins(guest);
            shutDown(guest, card);
        }
    }

    /// QEMU's chip of a Pi 3 keeps levels of outputs, and has no wires to inputs.
    private void pins(Guest guest) throws IOException, InterruptedException, MqttException {
        guest.await("[ $(gpioinfo -c gpiochip0 17 27 | grep -cE 'consumer=.?fern') = 2 ]");
        checks.say(guest.run("gpioinfo -c gpiochip0 17 27"));
        for (var level : List.of("hi", "lo")) {
            world.publish("lamp", level.equals("hi") ? "on" : "off");
            guest.await("sudo grep -q 'GPIO27 .*out " + level + "' /sys/kernel/debug/gpio");
        }
        checks.hold(true, "a message runs a function that sets a pin of the Pi's chip", "");
    }

    private void shutDown(Guest guest, Card card) throws IOException, InterruptedException {
        guest.powerOff();
        var faults = card.faults();
        checks.hold(faults.isEmpty(), "after a shutdown the root file system is clean", faults);
    }
}
