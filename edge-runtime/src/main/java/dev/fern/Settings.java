package dev.fern;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The device's configuration, read and checked: what /etc/fern/fern.yaml says, with a default for the rest.
///
/// @param cloud the Fn server that defines the functions, or null
/// @param functions a folder of Fn functions that defines them instead, or null
/// @param mqtt the broker that triggers without `broker=` mean, or null
/// @param brokers further ones, by name
/// @param pins names for lines
/// @param sensors what `sensor:NAME` reads, by name
/// @param vars for `{var.NAME}`
/// @param config over the cloud's, by `APP/NAME`, then key; values may be `secret:NAME`
/// @param data the state folder
public record Settings(
        Device device,
        @Nullable Cloud cloud,
        @Nullable Path functions,
        Registry registry,
        @Nullable Broker mqtt,
        Map<String, Broker> brokers,
        Http http,
        Map<String, Pin> pins,
        Map<String, Sensor> sensors,
        Map<String, String> vars,
        Map<String, Map<String, String>> config,
        Path secrets,
        Limits limits,
        Path data) {

    /// A device without sensors.
    public Settings(
            Device device,
            @Nullable Cloud cloud,
            @Nullable Path functions,
            Registry registry,
            @Nullable Broker mqtt,
            Map<String, Broker> brokers,
            Http http,
            Map<String, Pin> pins,
            Map<String, String> vars,
            Map<String, Map<String, String>> config,
            Path secrets,
            Limits limits,
            Path data) {
        this(
                device, cloud, functions, registry, mqtt, brokers, http, pins, Map.of(), vars, config, secrets, limits,
                data);
    }

    /// The same device with these sensors.
    public Settings with(Map<String, Sensor> others) {
        return new Settings(
                device, cloud, functions, registry, mqtt, brokers, http, pins, others, vars, config, secrets, limits,
                data);
    }

    /// @param id unique in the fleet; part of topics, so no `/ + #`
    /// @param board `auto`, `pi` or `simulated`
    public record Device(String id, Map<String, String> labels, String board) {}

    /// @param apps names, or `*` for all that have `fern/` annotations
    /// @param every between two polls
    public record Cloud(
            URI url,
            List<String> apps,
            Duration every,
            @Nullable Path tokenFile) {}

    /// @param authFile a Docker `config.json` with credentials, or null
    /// @param insecure `host:port` that may be spoken to over plain HTTP
    /// @param trustKey a cosign public key that images must be signed with, or null
    public record Registry(
            @Nullable Path authFile,
            Set<String> insecure,
            @Nullable Path trustKey) {}

    /// @param url `mqtt://`, `tcp://`, `mqtts://` or `ssl://`
    /// @param remoteCalls whether a message to `PREFIX/DEVICE/invoke/APP/FN` calls a function
    /// @param prefix of the device's own topics, `fern`
    public record Broker(
            URI url,
            String clientId,
            boolean remoteCalls,
            String prefix,
            @Nullable String username,
            @Nullable Path passwordFile,
            @Nullable Path caFile,
            @Nullable Path certFile,
            @Nullable Path keyFile) {}

    /// @param listen host and port, `127.0.0.1:8080`; port 0 takes a free one
    /// @param open paths that need no token
    public record Http(
            String listen,
            @Nullable Path tokenFile,
            @Nullable Path tlsCertFile,
            @Nullable Path tlsKeyFile,
            @Nullable Path clientCaFile,
            List<String> open) {}

    /// @param line a BCM number or a line name
    /// @param options such as `pull` and `debounce`, defaults for the bindings that use the name
    public record Pin(String line, Options options) {}

    /// @param driver `bme280` (also a BMP280), `ds18b20` or `register`
    /// @param bus the N of /dev/i2c-N, for a chip on an I2C bus
    /// @param address its address there
    /// @param id of a 1-wire device, such as `28-0316a2794bff`, or null for the only one there is
    /// @param register what is read, for the driver `register`, else null
    public record Sensor(
            String driver,
            int bus,
            int address,
            @Nullable String id,
            @Nullable Register register) {}

    /// One number of a chip: `raw * scale + offset`.
    ///
    /// @param number of the register
    /// @param format `u8 s8 u16be u16le s16be s16le`: signed or not, bits, the high or the low byte first
    /// @param name of the value in the event
    /// @param unit of it, for those who read the event, or null
    public record Register(
            int number,
            String format,
            BigDecimal scale,
            BigDecimal offset,
            String name,
            @Nullable String unit) {}

    /// @param running calls at once, over all functions
    /// @param dead dead calls kept
    /// @param queue calls that wait
    /// @param queueBytes bytes of them on disk
    /// @param eventBytes the largest event
    /// @param imagesBytes what images may take on disk
    public record Limits(int running, int dead, int queue, long queueBytes, int eventBytes, long imagesBytes) {
        /// What holds when nothing is configured.
        public static final Limits DEFAULT = new Limits(32, 1000, 100_000, 256L << 20, 256 << 10, 1L << 30);
    }
}
