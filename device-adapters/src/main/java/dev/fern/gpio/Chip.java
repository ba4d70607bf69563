package dev.fern.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.fern.linux.Device;
import dev.fern.linux.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A GPIO chip of the kernel, as it was when it was looked for.
///
/// @param lines how many it has
record Chip(Path device, String label, int lines) {
    /// What the kernel calls the chip with the pins of a Raspberry Pi: up to 3 and Zero, 4, 5.
    private static final Set<String> OF_A_PI =
            Set.of("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-bcm2712", "pinctrl-rp1");

    /// The chip with the pins that people mean: a Raspberry Pi's, else the one with most lines.
    ///
    /// @param pi only a Raspberry Pi's will do
    /// @param label only the chip with that one will do, if not null
    /// @throws LineException if there is none, or it may not be opened
    static Chip find(Path devices, boolean pi, @Nullable String label) throws IOException {
        var all = all(devices);
        if (label != null) {
            return all.stream()
                    .filter(chip -> chip.label.equals(label))
                    .findFirst()
                    .orElseThrow(() -> new LineException(
                            "its chip, " + label + ", is gone", "connect it again, or restart Fern to use another"));
        }
        if (all.isEmpty()) {
            throw new LineException(
                    "this machine has none: there is no " + devices + "/gpiochip0",
                    "run Fern on a board with pins, or set device.board: simulated");
        }
        var best = all.stream().filter(Chip::isPi).findFirst();
        if (best.isEmpty() && pi) {
            throw new LineException(
                    "no chip here is a Raspberry Pi's: there is "
                            + all.stream().map(Chip::toString).collect(Collectors.joining(", ")),
                    "set device.board: auto in fern.yaml to take the one with most lines");
        }
        return best.orElseGet(
                () -> all.stream().max(Comparator.comparingInt(Chip::lines)).orElseThrow());
    }

    private boolean isPi() {
        return OF_A_PI.contains(label);
    }

    private static List<Chip> all(Path devices) throws IOException {
        var paths = new ArrayList<Path>();
        try (var found = Files.newDirectoryStream(devices, "gpiochip*")) {
            for (var path : found) {
                if (!Files.isSymbolicLink(path)) { // an old name of another
                    paths.add(path);
                }
            }
        }
        paths.sort(
                Comparator.comparingInt((Path path) -> path.toString().length()).thenComparing(path -> path));
        var chips = new ArrayList<Chip>();
        for (var path : paths) {
            try (var device = open(path);
                    var arena = Arena.ofConfined()) {
                var info = arena.allocate(Uapi.CHIP_INFO);
                device.ioctl(Uapi.GET_CHIPINFO, info);
                chips.add(new Chip(
                        path,
                        text(info, Uapi.at(Uapi.CHIP_INFO, "label")),
                        info.get(JAVA_INT, Uapi.at(Uapi.CHIP_INFO, "lines"))));
            } catch (ErrnoException e) {
                if (!isGone(e)) {
                    throw e;
                }
            }
        }
        return chips;
    }

    /// Whether the chip itself is not there any more.
    static boolean isGone(ErrnoException e) {
        return e.errno() == ErrnoException.ENOENT
                || e.errno() == ErrnoException.ENODEV
                || e.errno() == ErrnoException.ENXIO;
    }

    /// @throws LineException if it may not be opened
    Device open() throws IOException {
        return open(device);
    }

    private static Device open(Path path) throws IOException {
        try {
            return Device.open(path);
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.EACCES) {
                throw new LineException(
                        System.getProperty("user.name") + " may not open " + path,
                        "sudo usermod -aG gpio " + System.getProperty("user.name") + ", and restart Fern");
            }
            throw e;
        }
    }

    /// Its lines that have a name. Of several with the same one it is the first.
    Map<String, Integer> names() throws IOException {
        var names = new HashMap<String, Integer>();
        try (var open = open();
                var arena = Arena.ofConfined()) {
            for (int line = 0; line < lines; line++) {
                names.putIfAbsent(text(info(open, arena, line), Uapi.at(Uapi.LINE_INFO, "name")), line);
            }
        }
        names.remove("");
        return names;
    }

    /// Who has a line, in the words it was taken with; "" if nobody has, or says so.
    String consumer(Device open, int line) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var info = info(open, arena, line);
            boolean used = (info.get(JAVA_LONG, Uapi.at(Uapi.LINE_INFO, "flags")) & Uapi.FLAG_USED) != 0;
            return used ? text(info, Uapi.at(Uapi.LINE_INFO, "consumer")) : "";
        }
    }

    private static MemorySegment info(Device open, Arena arena, int line) throws IOException {
        var info = arena.allocate(Uapi.LINE_INFO);
        info.set(JAVA_INT, Uapi.at(Uapi.LINE_INFO, "offset"), line);
        open.ioctl(Uapi.GET_LINEINFO, info);
        return info;
    }

    private static String text(MemorySegment struct, long at) {
        return struct.getString(at);
    }

    @Override
    public String toString() {
        return device + " (" + label + ", " + lines + " lines)";
    }
}
