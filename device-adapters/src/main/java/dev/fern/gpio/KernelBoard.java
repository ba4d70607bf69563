package dev.fern.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.pi4j.io.gpio.digital.PullResistance;
import dev.fern.linux.Device;
import dev.fern.linux.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The pins of this machine, through the kernel's GPIO character device. Nothing is opened until the first line or a
/// line's name is asked for; the chip is looked for each time, since it can come late and go. Any thread.
final class KernelBoard implements Board {
    private static final String CONSUMER = "fern";

    private final Path devices;
    private final boolean pi;
    private final Map<Integer, KernelLine> held = new HashMap<>();
    private volatile Runnable chipsChanged = () -> {};
    private @Nullable Poller poller;
    private @Nullable Chip named;
    /// The chip that lines were had of: the same pin of another one is another wire.
    private @Nullable String chosen;
    private Map<String, Integer> names = Map.of();

    /// @param devices where the kernel shows its chips: `/dev`
    /// @param pi only a Raspberry Pi's chip will do
    KernelBoard(Path devices, boolean pi) {
        this.devices = devices;
        this.pi = pi;
    }

    @Override
    public void whenChanged(Runnable changed) {
        chipsChanged = changed;
    }

    @Override
    public synchronized int line(String name) {
        try {
            var chip = Chip.find(devices, pi, chosen);
            if (!chip.equals(named)) {
                names = chip.names();
                named = chip;
            }
        } catch (IOException e) {
            // what it was called when the chip was last seen, else what every Raspberry Pi calls it
            if (named == null) {
                return name.matches("GPIO\\d{1,2}") ? Integer.parseInt(name.substring(4)) : -1;
            }
        }
        return names.getOrDefault(name, -1);
    }

    @Override
    public synchronized int last() {
        try {
            return Math.max(LAST_LINE, Chip.find(devices, pi, chosen).lines() - 1);
        } catch (IOException e) {
            return LAST_LINE;
        }
    }

    @Override
    public synchronized boolean holds(int line) {
        return held.get(line) instanceof KernelLine of && !of.isGone();
    }

    @Override
    public Line input(int line, PullResistance pull, Changes changes) throws IOException {
        long bias = switch (pull) {
            case PULL_UP -> Uapi.FLAG_BIAS_PULL_UP;
            case PULL_DOWN -> Uapi.FLAG_BIAS_PULL_DOWN;
            case OFF -> Uapi.FLAG_BIAS_DISABLED;
        };
        return take(line, Uapi.FLAG_INPUT | Uapi.FLAG_EDGE_RISING | Uapi.FLAG_EDGE_FALLING | bias, false, changes);
    }

    @Override
    public Output output(int line, boolean high) throws IOException {
        return take(line, Uapi.FLAG_OUTPUT, high, (_, _, _) -> {});
    }

    private synchronized KernelLine take(int number, long flags, boolean high, Changes changes) throws IOException {
        var chip = Chip.find(devices, pi, chosen);
        try (var open = chip.open();
                var arena = Arena.ofConfined()) {
            var request = request(arena, number, flags, high);
            try {
                open.ioctl(Uapi.GET_LINE, request);
            } catch (ErrnoException e) {
                throw refused(chip, open, number, e);
            }
            var device = Device.of(
                    chip.device().getFileName() + " line " + number,
                    request.get(JAVA_INT, Uapi.at(Uapi.REQUEST, "fd")));
            try {
                var line = new KernelLine(number, flags, device, changes, this::giveBack);
                poller().add(line);
                held.put(number, line);
                chosen = chip.label();
                return line;
            } catch (IOException e) {
                device.close();
                throw e;
            }
        }
    }

    private static MemorySegment request(Arena arena, int number, long flags, boolean high) {
        var request = arena.allocate(Uapi.REQUEST);
        request.set(JAVA_INT, Uapi.at(Uapi.REQUEST, "offsets"), number);
        request.setString(Uapi.at(Uapi.REQUEST, "consumer"), CONSUMER);
        request.set(JAVA_INT, Uapi.at(Uapi.REQUEST, "num_lines"), 1);
        request.set(JAVA_INT, Uapi.at(Uapi.REQUEST, "event_buffer_size"), Uapi.MOST_EVENTS);
        var config = request.asSlice(Uapi.at(Uapi.REQUEST, "config"), Uapi.CONFIG);
        config.set(JAVA_LONG, Uapi.at(Uapi.CONFIG, "flags"), flags);
        if ((flags & Uapi.FLAG_OUTPUT) != 0) {
            config.set(JAVA_INT, Uapi.at(Uapi.CONFIG, "num_attrs"), 1);
            config.set(JAVA_INT, Uapi.at(0, "id"), Uapi.ATTR_OUTPUT_VALUES);
            config.set(JAVA_LONG, Uapi.at(0, "values"), high ? 1 : 0);
            config.set(JAVA_LONG, Uapi.at(0, "mask"), 1);
        }
        return request;
    }

    private static IOException refused(Chip chip, Device open, int number, ErrnoException e) throws IOException {
        if (number >= chip.lines()) {
            return new LineException(chip + " has no line " + number, "give a line from 0 to " + (chip.lines() - 1));
        }
        if (e.errno() == ErrnoException.EBUSY) {
            var by = chip.consumer(open, number);
            return new LineException(
                    "it is used by " + (by.isEmpty() ? "somebody who does not say who" : "'" + by + "'"),
                    "end what uses it, or use another pin; gpioinfo lists all users");
        }
        return e;
    }

    private Poller poller() throws IOException {
        if (poller == null || !poller.alive()) {
            poller = new Poller(devices, () -> chipsChanged.run());
        }
        return poller;
    }

    private synchronized void giveBack(KernelLine line) {
        held.remove(line.number(), line);
        if (poller != null) {
            poller.remove(line);
        }
    }

    @Override
    public void close() {
        Poller last;
        synchronized (this) {
            last = poller;
            poller = null;
        }
        if (last != null) {
            last.close();
        }
    }
}
