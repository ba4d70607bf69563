package dev.fern.e2e.image;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.eclipse.paho.mqttv5.common.MqttException;

/// Looks at a device from inside: what must be so, and numbers. One thread.
final class Health {
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
    private static final String PID = "$(systemctl show -p MainPID --value fern)";

    private final Checks checks;
    private final World world;

    Health(Checks checks, World world) {
        this.checks = checks;
        this.world = world;
    }

    /// Everything is up, and nothing has failed.
    void up(Guest guest) throws IOException, InterruptedException {
        var state = guest.run("systemctl is-system-running --wait || systemctl --failed --no-legend --plain");
        checks.hold(state.equals("running"), "no unit has failed", state);
        checks.writes(
                guest,
                "systemctl is-active " + String.join(" ", UNITS) + " | sort | uniq -c | tr -s ' '",
                UNITS.size() + " active",
                "up are " + String.join(", ", UNITS));
        guest.await("curl -sf -o /dev/null http://127.0.0.1:8080/health/ready");
        checks.hold(true, "fern is ready", "");
        checks.writes(
                guest,
                "sudo grep -q '/var/cache/fern/aot/[a-z]*-[0-9a-f]*[.]aot$' /proc/" + PID + "/maps && echo yes",
                "yes",
                "the daemon runs from the AOT cache that came with the card");
    }

    /// The card's settings.
    void settings(Guest guest) throws IOException, InterruptedException {
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
                "sudo ss -Hltn | awk '{print $4}' | grep -v -e '^127[.]' -e '^.::1' -e '^.::ffff:127[.]' | grep -v -e ':22$' || true",
                "",
                "nothing but ssh listens to others");
    }

    /// A message runs a Java function whose definition and code come from the Fn server and the registry out here.
    void works(Guest guest, int number) throws IOException, InterruptedException, MqttException {
        guest.await("curl -s http://127.0.0.1:8080/fern/status | grep -q '\"state\":\"ready\"'");
        world.send(number);
        var lost = world.awaitAll(LONG);
        checks.hold(lost.isEmpty(), "a message runs a function from the Fn server and the registry", "no answer");
    }

    /// What the daemon and the device use.
    void memory(Guest guest) throws IOException, InterruptedException {
        checks.say("memory of the daemon in KB: "
                + guest.run("sudo awk '/^(Rss|Pss):/ {print $1 $2}' /proc/" + PID
                        + "/smaps_rollup | paste -sd' '; free -m | sed -n 2p"));
    }

    /// When a unit was up.
    ///
    /// @return seconds since the kernel began
    double seconds(Guest guest, String unit) throws IOException, InterruptedException {
        var microseconds = guest.run("systemctl show -p ActiveEnterTimestampMonotonic --value " + unit);
        double seconds = Long.parseLong(microseconds.strip()) / 1e6;
        checks.say("%s was up %.1f s after the kernel".formatted(unit, seconds));
        return seconds;
    }

    /// What goes onto the card while nothing happens.
    void written(Guest guest, int minutes) throws IOException, InterruptedException {
        var counters = "sync; awk '{print $7 * 512}' /sys/block/vda/stat; sudo awk '/^write_bytes/ {print $2}' /proc/"
                + PID + "/io";
        var before = guest.run(counters).strip().split("\\s+");
        guest.run("sleep " + minutes * 60, Duration.ofMinutes(minutes + 10L));
        var after = guest.run(counters).strip().split("\\s+");
        long all = Long.parseLong(after[0]) - Long.parseLong(before[0]);
        long daemon = Long.parseLong(after[1]) - Long.parseLong(before[1]);
        checks.say("bytes written to the card in " + minutes + " idle minutes: " + all + ", to files by the daemon: "
                + daemon + "; an hour of that: " + all * 60 / minutes);
    }
}
