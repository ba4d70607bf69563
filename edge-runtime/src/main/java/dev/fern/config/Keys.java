package dev.fern.config;

import dev.fern.Options;
import dev.fern.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Every key of fern.yaml with its default and its bounds. docs/configuration.md has the same ones; a test compares.
final class Keys {
    private static final Map<String, Integer> WEB = ports("https", 443, "http", 80);
    private static final Map<String, Integer> MQTT = ports("mqtt", 1883, "tcp", 1883, "mqtts", 8883, "ssl", 8883);
    private static final String NAMES = "letters, digits, . _ and -";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:~-]{1,100}");
    /// What a label selector can say: `site=tokyo,role!=spare`.
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._/-]{1,64}");
    private static final Pattern PIN = Pattern.compile("(?!\\d+$)[A-Za-z0-9._-]{1,64}");
    private static final Pattern FUNCTION = Pattern.compile("[A-Za-z0-9_-]{1,255}/[^/\\s]{1,255}");
    private static final Pattern ANY = Pattern.compile("\\S.*", Pattern.DOTALL);
    private static final Pattern TOPIC = Pattern.compile("[^$/+#\\s][^+#\\s]{0,99}(?<!/)");
    private static final Pattern HOST_PORT = Pattern.compile("(?:[^\\s:/@\\[\\]]+|\\[[0-9a-fA-F:.]+])(?::\\d{1,5})?");
    private static final Pattern LISTEN = Pattern.compile("([^\\s:/@\\[\\]]+|\\[[0-9a-fA-F:.]+]):(\\d{1,5})");
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d+){3}|localhost|\\[::1]");

    private Keys() {}

    /// Reads them all.
    ///
    /// @param configFolder where the configuration is
    /// @param data the state folder
    static Settings settings(Section root, String standardId, Path configFolder, Path data) {
        var device = device(root.section("device"), standardId);
        var cloud = cloud(root.section("cloud"));
        var functions = root.folder("functions");
        boolean hasCloud = root.section("cloud").isPresent();
        if (hasCloud && root.has("functions")) {
            root.problem("functions", "there is cloud too", "keep one: the server's definitions or the folder's");
        } else if (!hasCloud && !root.has("functions")) {
            root.problem(
                    "", "neither cloud nor functions is there", "say where functions come from: cloud: {url: ...}");
        }
        var registry = registry(root.section("registry"));
        var mqttSection = root.section("mqtt");
        var mqtt = broker(mqttSection, "fern-" + device.id(), mqttSection.isPresent());
        var brokers = root.section("brokers");
        var named = brokers.each(
                NAME, NAMES, name -> broker(brokers.section(name), "fern-" + device.id() + "-" + name, true));
        var pins = root.section("pins");
        var settings = new Settings(
                device,
                cloud,
                functions,
                registry,
                mqtt,
                named,
                http(root.section("http")),
                pins.each(PIN, "letters, digits, . _ and -, with at least one letter", name -> pin(pins.section(name))),
                SensorKeys.sensors(root.section("sensors")),
                texts(root.section("vars"), NAME, NAMES),
                config(root.section("config")),
                configFolder.resolve("secrets"),
                limits(root.section("limits")),
                data);
        root.done();
        return settings;
    }

    private static Settings.Device device(Section device, String standardId) {
        var labels = device.section("labels");
        var all = texts(labels, LABEL, "letters, digits, . _ / and -");
        all.forEach((name, value) -> {
            if (!LABEL.matcher(value).matches()) {
                labels.problem(name, "'" + value + "' cannot be a label", "use letters, digits, . _ / and -");
            }
        });
        var settings = new Settings.Device(
                device.text("id", standardId, ID, "up to 100 letters, digits and . _ : ~ - (it is part of topics)"),
                all,
                device.word("board", "auto", "auto", "pi", "simulated"));
        device.done();
        return settings;
    }

    private static Settings.@Nullable Cloud cloud(Section cloud) {
        var url = cloud.url("url", WEB, true);
        var apps = cloud.list("apps", List.of("*"), ANY, "names of apps, or \"*\" for all");
        var every = cloud.duration("every", Duration.ofMinutes(5), Duration.ofSeconds(1));
        var token = cloud.file("token-file");
        cloud.done();
        if (cloud.isPresent()) {
            cloud.required("url");
        }
        return url == null ? null : new Settings.Cloud(url, apps, every, token);
    }

    private static Settings.Registry registry(Section registry) {
        registry.later("trust-key", "0.6");
        var settings = new Settings.Registry(
                registry.file("auth-file"),
                Set.copyOf(registry.list("insecure", List.of(), HOST_PORT, "HOST:PORT of registries")),
                null);
        registry.done();
        return settings;
    }

    private static Settings.@Nullable Broker broker(Section broker, String standardClient, boolean wanted) {
        var url = broker.url("url", MQTT, false);
        boolean calls = broker.flag("remote-calls");
        var client = broker.text("client-id", standardClient, ANY, "a name that no other client of the broker has");
        var prefix = broker.text("prefix", "fern", TOPIC, "the beginning of a topic, without wildcards, such as fern");
        var username = broker.text("username");
        var password = broker.file("password-file");
        var ca = broker.file("ca-file");
        var cert = broker.file("cert-file");
        var key = broker.file("key-file");
        broker.together("cert-file", "key-file");
        if (url != null && (url.getScheme().equals("mqtt") || url.getScheme().equals("tcp"))) {
            for (var name : List.of("ca-file", "cert-file", "key-file")) {
                if (broker.has(name)) {
                    broker.problem(name, "the url has no TLS", "write mqtts:// in url, or remove this key");
                }
            }
        }
        broker.done();
        if (wanted) {
            broker.required("url");
        }
        return url == null ? null : new Settings.Broker(url, client, calls, prefix, username, password, ca, cert, key);
    }

    static Settings.Http http(Section http) {
        var listen = http.text("listen", "127.0.0.1:8080", LISTEN, "HOST:PORT, such as 127.0.0.1:8080");
        var address = LISTEN.matcher(listen);
        if (address.matches() && Integer.parseInt(address.group(2)) > 65_535) {
            http.problem("listen", "there is no port " + address.group(2), "give one from 0 (any free one) to 65535");
        }
        var token = http.file("token-file");
        var cert = http.file("tls-cert-file");
        var key = http.file("tls-key-file");
        var clients = http.file("client-ca-file");
        http.together("tls-cert-file", "tls-key-file");
        if (http.has("client-ca-file") && !http.has("tls-cert-file")) {
            http.problem("client-ca-file", "there is no TLS", "set tls-cert-file and tls-key-file too");
        }
        boolean local = address.matches() && LOOPBACK.matcher(address.group(1)).matches();
        if (!local && !http.has("token-file") && !http.has("client-ca-file")) {
            http.problem(
                    "listen",
                    listen + " is open to the network for everybody",
                    "set token-file or client-ca-file, or listen on 127.0.0.1");
        }
        var open = http.list("open", List.of(), Pattern.compile("/\\S*"), "paths that start with /");
        http.done();
        return new Settings.Http(listen, token, cert, key, clients, open);
    }

    private static Settings.@Nullable Pin pin(Section pin) {
        var options = new LinkedHashMap<String, String>();
        var line = pin.text("line");
        pin.required("line");
        keep(options, "pull", pin.word("pull", "", "up", "down", "off"));
        keep(options, "active", pin.word("active", "", "low", "high"));
        keep(options, "initial", pin.word("initial", "", "low", "high"));
        keep(options, "stop", pin.word("stop", "", "low", "high", "keep"));
        keep(options, "edge", pin.word("edge", "", "rising", "falling", "both"));
        keep(options, "at-start", pin.word("at-start", "", "true", "false"));
        for (var name : List.of("debounce", "pulse", "max-on")) {
            pin.duration(name, Duration.ZERO, Duration.ZERO);
            keep(options, name, pin.has(name) ? pin.text(name) : "");
        }
        pin.done();
        return line == null ? null : new Settings.Pin(line, new Options(options));
    }

    private static void keep(Map<String, String> options, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            options.put(name, value);
        }
    }

    private static Map<String, Map<String, String>> config(Section config) {
        return config.each(FUNCTION, "APP/FUNCTION", name -> texts(config.section(name), ANY, "a name"));
    }

    private static Map<String, String> texts(Section section, Pattern names, String whatNamesAre) {
        return section.each(names, whatNamesAre, section::text);
    }

    private static Settings.Limits limits(Section limits) {
        var standard = Settings.Limits.DEFAULT;
        long kb = 1 << 10;
        long gb = 1 << 30;
        var settings = new Settings.Limits(
                limits.number("running", standard.running(), 1, 1000),
                limits.number("dead", standard.dead(), 0, 1_000_000),
                limits.number("queue", standard.queue(), 1, 10_000_000),
                limits.bytes("queue-bytes", standard.queueBytes(), 64 * kb, 1024 * gb),
                (int) limits.bytes("event-bytes", standard.eventBytes(), kb, 64 * kb * kb),
                limits.bytes("images-bytes", standard.imagesBytes(), kb * kb, 1024 * gb));
        if (settings.eventBytes() > settings.queueBytes()) {
            limits.problem("event-bytes", "one event may be larger than the queue", "make queue-bytes larger");
        }
        limits.done();
        return settings;
    }

    private static Map<String, Integer> ports(Object... pairs) {
        var ports = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < pairs.length; i += 2) {
            ports.put((String) pairs[i], (Integer) pairs[i + 1]);
        }
        return ports;
    }
}
