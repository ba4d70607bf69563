package dev.fern.config;

import dev.fern.Options;
import dev.fern.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A device that has whatever a function names: for a func.yaml that is looked at where no fern.yaml is.
public final class AnyDevice {
    private static final Pattern LABEL = Pattern.compile("\\{label\\.([^{}]+)}");
    private static final Pattern VARIABLE = Pattern.compile("\\{var\\.([^{}]+)}");
    private static final Pattern BROKER = Pattern.compile("[?&]broker=([^&\"'\\s,\\]]+)");
    private static final Pattern PIN = Pattern.compile("\\bgpio:([^?&\"'\\s,\\]{}]+)");
    private static final Pattern SENSOR = Pattern.compile("\\bsensor:([^?&\"'\\s,\\]{}]+)");
    private static final Pattern NUMBER = Pattern.compile("\\d+|GPIO\\d+");
    private static final int LAST_LINE = 53;

    private AnyDevice() {}

    /// @param func the text of a func.yaml
    public static Settings with(String func) {
        var broker = new Settings.Broker(
                URI.create("mqtt://127.0.0.1:1883"), "fern-any", false, "fern", null, null, null, null, null);
        var pins = new HashMap<String, Settings.Pin>();
        var written = names(PIN, func);
        int line = LAST_LINE;
        for (var name : written) {
            if (!NUMBER.matcher(name).matches()) {
                while (line > 0 && (written.contains(line + "") || written.contains("GPIO" + line))) {
                    line--;
                }
                pins.put(name, new Settings.Pin(String.valueOf(Math.max(0, line--)), Options.NONE));
            }
        }
        return new Settings(
                new Settings.Device("any", each(LABEL, func, name -> name), "simulated"),
                new Settings.Cloud(URI.create("http://127.0.0.1"), List.of("*"), Duration.ofMinutes(5), null),
                null,
                new Settings.Registry(null, Set.of(), null),
                broker,
                each(BROKER, func, _ -> broker),
                new Settings.Http("127.0.0.1:0", null, null, null, null, List.of()),
                pins,
                each(SENSOR, func, _ -> new Settings.Sensor("bme280", 1, 0x76, null, null)),
                each(VARIABLE, func, name -> name),
                Map.of(),
                Path.of("/"),
                Settings.Limits.DEFAULT,
                Path.of("/"));
    }

    /// That device as it is played on a developer's machine: with a simulated board, with its functions from a folder,
    /// and with no broker and no server but those of this machine.
    ///
    /// @param broker in place of each that it has, or null for none
    public static Settings simulated(Settings like, Path functions, @Nullable URI broker, String listen, Path data) {
        var brokers = new HashMap<String, Settings.Broker>();
        like.brokers().forEach((name, there) -> {
            if (broker != null) {
                brokers.put(name, at(broker, there.clientId(), there));
            }
        });
        return new Settings(
                new Settings.Device(like.device().id(), like.device().labels(), "simulated"),
                null,
                functions,
                like.registry(),
                broker == null ? null : at(broker, "fern-" + like.device().id(), like.mqtt()),
                brokers,
                new Settings.Http(listen, null, null, null, null, List.of()),
                like.pins(),
                like.sensors(),
                like.vars(),
                like.config(),
                like.secrets(),
                like.limits(),
                data);
    }

    private static Settings.Broker at(URI url, String id, Settings.@Nullable Broker there) {
        boolean calls = there != null && there.remoteCalls();
        var prefix = there == null ? "fern" : there.prefix();
        return new Settings.Broker(url, id, calls, prefix, null, null, null, null, null);
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toSet());
    }

    private static <T> Map<String, T> each(Pattern pattern, String text, Function<String, T> value) {
        return names(pattern, text).stream().collect(Collectors.toMap(name -> name, value));
    }
}
