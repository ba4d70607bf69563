package dev.fern.pwm;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// The kernel's PWM chips (Documentation/driver-api/pwm.rst, "Using PWMs with the sysfs interface"). The kernel refuses
/// a
/// duty that is longer than the period, so the duty is 0 whenever the period changes.
final class SysfsChips implements Chips {
    private static final System.Logger LOG = System.getLogger("fern.pwm");
    private static final Pattern CHIP = Pattern.compile("pwmchip(\\d{1,6})");

    private final Path root;
    private final Attributes attributes;
    private final Set<Path> open = new HashSet<>();
    /// Those that this daemon has exported; one that was there before is left there.
    private final Set<Path> exported = new HashSet<>();

    /// @param root /sys/class/pwm
    SysfsChips(Path root, Attributes attributes) {
        this.root = root;
        this.attributes = attributes;
    }

    @Override
    public Output open(String channel, long periodNanos) throws IOException {
        int slash = channel.indexOf('/');
        var chip = slash < 0 ? first() : root.resolve("pwmchip" + channel.substring(0, slash));
        var number = Integer.parseInt(channel.substring(slash + 1));
        if (!Files.isDirectory(chip)) {
            throw new IOException("there is no " + chip);
        }
        int channels = Integer.parseInt(attributes.read(chip.resolve("npwm")));
        if (number >= channels) {
            throw new IOException(chip + " has " + channels + " channels, from 0 on");
        }
        var folder = chip.resolve("pwm" + number);
        if (open.contains(folder)) {
            throw new IOException("it is driven already, by its other name");
        }
        try {
            if (!Files.isDirectory(folder)) {
                attributes.write(chip.resolve("export"), String.valueOf(number));
                exported.add(folder);
            }
            if (!attributes.read(folder.resolve("duty_cycle")).equals("0")) {
                attributes.write(folder.resolve("duty_cycle"), "0");
            }
            attributes.write(folder.resolve("period"), String.valueOf(periodNanos));
            attributes.write(folder.resolve("enable"), "1");
        } catch (AccessDeniedException e) {
            // also for a moment after the export, until udev has given the files their group
            throw new IOException(System.getProperty("user.name") + " may not write " + e.getFile(), e);
        }
        open.add(folder);
        return new Channel(chip, folder, number);
    }

    private Path first() throws IOException {
        Path first = null;
        int lowest = Integer.MAX_VALUE;
        if (Files.isDirectory(root)) {
            try (var all = Files.newDirectoryStream(root)) {
                for (var one : all) {
                    var chip = CHIP.matcher(String.valueOf(one.getFileName()));
                    if (chip.matches() && Integer.parseInt(chip.group(1)) < lowest) {
                        lowest = Integer.parseInt(chip.group(1));
                        first = one;
                    }
                }
            }
        }
        if (first == null) {
            throw new IOException(
                    "this machine has no PWM chip in " + root + " (Raspberry Pi: dtoverlay=pwm in config.txt)");
        }
        return first;
    }

    private final class Channel implements Output {
        private final Path chip;
        private final Path folder;
        private final int number;

        Channel(Path chip, Path folder, int number) {
            this.chip = chip;
            this.folder = folder;
            this.number = number;
        }

        @Override
        public void high(long nanos) throws IOException {
            attributes.write(folder.resolve("duty_cycle"), String.valueOf(nanos));
        }

        @Override
        public void close() {
            open.remove(folder);
            try {
                attributes.write(folder.resolve("duty_cycle"), "0"); // some chips stop at the level they are at
                attributes.write(folder.resolve("enable"), "0");
                if (exported.remove(folder)) {
                    attributes.write(chip.resolve("unexport"), String.valueOf(number));
                }
            } catch (IOException e) {
                LOG.log(System.Logger.Level.ERROR, "{0} may not be off: {1}", folder, e.getMessage());
            }
        }
    }
}
