package dev.fern.e2e.image;

import dev.fern.e2e.Sandbox;
import dev.fern.e2e.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.paho.mqttv5.common.MqttException;

/// `./dev image test`: writes the card image onto a card, puts the user's files onto it, and boots it on emulated
/// machines as one
/// would use it and as one should not.
public final class Boot {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final List<String> UNITS = List.of(
            "fern",
            "mosquitto",
            "ssh",
            "iwd",
            "systemd-networkd",
            "systemd-resolved",
            "systemd-timesyncd",
            "fern-card");
    /// Bytes that editors on other systems put before a text in UTF-8.
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final Checks checks = new Checks();
    private final Sandbox sandbox;
    private final World world;
    private final Path image;
    private final Path key;

    private Boot(Stage stage, World world, Path image) throws IOException, InterruptedException {
        this.world = world;
        this.image = image;
        sandbox = stage.sandbox();
        key = sandbox.folder("ssh").resolve("key");
        sandbox.start(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()), Map.of())
                .awaitSuccess(LONG);
    }

    /// Ends with exit code 1 if something was not as it should be.
    ///
    /// @param args the image, then `virt` or `raspi3b` for only that board, and `idle=MINUTES`
    public static void main(String[] args) throws IOException, InterruptedException, MqttException {
        var words = new ArrayList<>(List.of(args));
        var image = Path.of(words.removeFirst()).toAbsolutePath();
        int idle = words.stream()
                .filter(word -> word.startsWith("idle="))
                .mapToInt(word -> Integer.parseInt(word.substring(5)))
                .findFirst()
                .orElse(0);
        boolean all = !words.contains("virt") && !words.contains("raspi3b");
        boolean good;
        try (var stage = new Stage("max_queued_messages 0");
                var world = new World(stage)) {
            var boot = new Boot(stage, world, image);
            boot.play(all || words.contains("virt"), all || words.contains("raspi3b"), idle);
            good = boot.checks.allKept();
            boot.checks.say(good ? "all as it should be" : "BROKEN: " + boot.checks.broken());
        }
        System.exit(good ? 0 : 1);
    }

    private void play(boolean virt, boolean raspi3b, int idle) throws IOException, InterruptedException, MqttException {
        if (virt) {
            var card = flashed("virt");
            firstStart(card);
            afterTheCut(card, idle);
            withoutFern(card);
            badDay(card);
            recovers(card);
        }
        if (raspi3b) {
            onThePi(flashed("raspi3b"));
        }
    }

    /// A card as its user hands it over, written on a system where a line ends with CR and LF.
    private Card flashed(String name) throws IOException, InterruptedException {
        var card = new Card(sandbox, image, name);
        card.put("fern.yaml", BYTE_ORDER_MARK + world.fernYaml().replace("\n", "\r\n"));
        card.put("authorized_keys.txt", Files.readString(Path.of(key + ".pub")).replace("\n", "\r\n"));
        card.put("wifi.txt", "ssid=Anybody\r\npassword=short\r\n");
        return card;
    }

    private void firstStart(Card card) throws IOException, InterruptedException, MqttException {
        checks.say("virt, first start");
        var guest = Guest.boot(sandbox, Board.VIRT, card, key, "").connect();
        checks.say("somebody has logged in with the key from the card");
        healthy(guest);
        checks.writes(
                guest,
                "journalctl -u fern-card -o cat | grep -c -e 'fern.yaml was taken' -e 'keys that may log in as pi: 1' -e 'wifi.txt.*8 to 63'",
                "3",
                "what was on the FAT partition was taken or refused, with a sentence each");
        works(guest, 9001);
        checks.say("memory of the daemon in KB: " + memory(guest));

        int kept = 0;
        for (int number = 1; number <= 40; number++) {
            world.send(number);
            if (number % 4 == 0 && world.ask(guest, 1000 + number)) {
                kept++;
            }
        }
        // the plug is pulled in the middle of the work, which takes 150 ms each
        var owed = world.owed();
        guest.cut();
        checks.hold(owed.size() > 5 && kept > 0, "the power goes while there is work", owed.size() + " owed, " + kept);
    }

    private void afterTheCut(Card card, int idle) throws IOException, InterruptedException, MqttException {
        checks.say("virt, start after the power cut");
        var guest = Guest.boot(sandbox, Board.VIRT, card, key, "").connect();
        var lost = world.awaitAll(LONG);
        checks.hold(lost.isEmpty(), "nothing that was acknowledged is lost", "lost: " + lost);
        healthy(guest);
        hardened(guest);
        checks.say(
                guest.run(
                        "sudo dmesg | grep -i -e 'recover' -e 'orphan' | head -5; journalctl -b -o cat -u systemd-fsck-root | head -5"));
        checks.say("ready, seconds since the kernel: " + seconds(guest, "fern.service") + "; multi-user.target "
                + seconds(guest, "multi-user.target") + "; " + guest.run("systemd-analyze | head -1"));
        checks.say("memory of the daemon in KB: " + memory(guest));
        if (idle > 0) {
            written(guest, idle);
        }
        shutDown(guest, card);
    }

    private void withoutFern(Card card) throws IOException, InterruptedException {
        checks.say("virt, the same card with fern.service masked");
        var guest = Guest.boot(sandbox, Board.VIRT, card, key, "systemd.mask=fern.service")
                .connect();
        guest.run("systemctl is-system-running --wait || true");
        checks.say("multi-user.target, seconds since the kernel: " + seconds(guest, "multi-user.target") + "; "
                + guest.run("systemd-analyze | head -1"));
        // what the daemon may not use is left for root
        guest.run(
                "fallocate -l $(($(df --output=avail -B1 / | tail -1) - 65536)) ~/fill || true; dd if=/dev/zero of=fill2 bs=4k 2>/dev/null || true; df / | tail -1");
        shutDown(guest, card);
    }

    private void badDay(Card card) throws IOException, InterruptedException {
        checks.say("virt, no network, a full card and a broken fern.yaml");
        card.put("fern.yaml", "device: {id: flashed}\nclowd: {url: \"http://example.com\"}\n");
        var guest = Guest.bootAlone(sandbox, Board.VIRT, card, key);
        guest.awaitConsole("fern.yaml was taken from the card");
        guest.awaitConsole("Fern does not run. It said:");
        guest.awaitConsole("Mend fern.yaml on the card");
        var console = guest.console();
        checks.hold(
                console.stream().anyMatch(line -> line.contains("clowd")),
                "the console says what is wrong with fern.yaml",
                String.join("\n", console));
        guest.awaitConsole("multi-user.target");
        checks.hold(true, "the device comes up nevertheless", "");
        guest.cut();
    }

    private void recovers(Card card) throws IOException, InterruptedException, MqttException {
        checks.say("virt, fern.yaml mended, the card still full");
        card.put("fern.yaml", world.fernYaml());
        var guest = Guest.boot(sandbox, Board.VIRT, card, key, "").connect();
        checks.say(
                guest.run(
                        "df -h / | tail -1; systemctl is-active fern || true; curl -s http://127.0.0.1:8080/fern/status | head -c 600 || true"));
        guest.run("rm -f fill fill2; sudo systemctl reset-failed fern; sudo systemctl start fern");
        works(guest, 9002);
        shutDown(guest, card);
    }

    private void onThePi(Card card) throws IOException, InterruptedException, MqttException {
        checks.say("raspi3b, first start");
        var guest = Guest.boot(sandbox, Board.RASPI3B, card, key, "").connect();
        checks.say(guest.run("tr -d '\\0' </proc/device-tree/model; echo; uname -rm; gpiodetect"));
        healthy(guest);
        checks.say(guest.run("curl -s http://127.0.0.1:8080/fern/status | head -c 1500"));
        checks.say("ready, seconds since the kernel: " + seconds(guest, "fern.service"));
        checks.say("memory of the daemon in KB: " + memory(guest));
        works(guest, 9003);
        shutDown(guest, card);
    }

    private void healthy(Guest guest) throws IOException, InterruptedException {
        var state = guest.run("systemctl is-system-running --wait || systemctl --failed --no-legend --plain");
        checks.hold(state.equals("running"), "no unit has failed", state);
        checks.writes(
                guest,
                "systemctl is-active " + String.join(" ", UNITS) + " | sort | uniq -c | tr -s ' '",
                UNITS.size() + " active",
                "up are " + String.join(", ", UNITS));
        guest.await("curl -sf -o /dev/null http://127.0.0.1:8080/health/ready");
        checks.hold(true, "fern is ready", "");
    }

    private void hardened(Guest guest) throws IOException, InterruptedException {
        checks.writes(guest, "sudo grep -cv '^[^:]*:[*!]' /etc/shadow || true", "0", "nobody has a password");
        checks.writes(
                guest,
                "sudo sshd -T | grep -c -x -e 'passwordauthentication no' -e 'kbdinteractiveauthentication no' -e 'permitrootlogin no'",
                "3",
                "ssh takes nothing but keys");
        checks.writes(
                guest,
                "for folder in /tmp /var/log; do findmnt -no FSTYPE $folder; done | sort -u",
                "tmpfs",
                "logs and /tmp are in RAM");
        checks.writes(guest, "ls -d /var/log/journal 2>/dev/null || true", "", "the journal is in RAM");
        checks.writes(guest, "tail -n +2 /proc/swaps", "", "there is no swap on the card");
        checks.writes(guest, "findmnt -no OPTIONS / | grep -c noatime", "1", "reading writes no dates");
        checks.writes(
                guest,
                "[ $(df --output=size -B1M / | tail -1) -gt 1600 ] && echo grown || df -m /",
                "grown",
                "the root file system has the whole card");
        checks.writes(
                guest,
                "sudo ss -Hltn | awk '{print $4}' | grep -v -e '^127[.]' -e '^.::1' | grep -v -e ':22$' || true",
                "",
                "nothing but ssh listens to others");
    }

    /// A message runs a Java function whose definition and code come from here.
    private void works(Guest guest, int number) throws IOException, InterruptedException, MqttException {
        guest.await("curl -s http://127.0.0.1:8080/fern/status | grep -q '\"state\":\"ready\"'");
        world.send(number);
        var lost = world.awaitAll(LONG);
        checks.hold(lost.isEmpty(), "a message runs a function from the Fn server and the registry", "no answer");
    }

    private static String memory(Guest guest) throws IOException, InterruptedException {
        return guest.run(
                "sudo awk '/^(Rss|Pss):/ {print $1 $2}' /proc/$(systemctl show -p MainPID --value fern)/smaps_rollup | paste -sd' '; free -m | sed -n 2p");
    }

    private static String seconds(Guest guest, String unit) throws IOException, InterruptedException {
        var microseconds = guest.run("systemctl show -p ActiveEnterTimestampMonotonic --value " + unit);
        return microseconds.isBlank() ? "?" : String.format("%.1f", Long.parseLong(microseconds.strip()) / 1e6);
    }

    private void written(Guest guest, int minutes) throws IOException, InterruptedException {
        var sectors = "awk '{print $7}' /sys/block/vda/stat";
        long before = Long.parseLong(guest.run(sectors).strip());
        guest.run("sleep " + minutes * 60);
        long bytes = (Long.parseLong(guest.run(sectors).strip()) - before) * 512;
        checks.say("bytes written to the card in " + minutes + " idle minutes: " + bytes + ", an hour of that: "
                + bytes * 60 / minutes);
    }

    private void shutDown(Guest guest, Card card) throws IOException, InterruptedException {
        guest.powerOff();
        var faults = card.faults();
        checks.hold(faults.isEmpty(), "after a shutdown the root file system is clean", faults);
    }
}
