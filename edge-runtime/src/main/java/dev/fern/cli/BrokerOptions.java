package dev.fern.cli;

import dev.fern.Fleet;
import dev.fern.FleetProvider;
import dev.fern.Health;
import dev.fern.Problem;
import dev.fern.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A broker of devices: the keys of `mqtt` as options, over those of a configuration. Secrets come from files only.
final class BrokerOptions {
    private static final String KEYS = "username|password-file|ca-file|cert-file|key-file";

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(
            names = "--mqtt",
            paramLabel = "URL",
            description = "a broker of devices, such as mqtts://HOST (default: mqtt of the configuration, whose other"
                    + " keys count for both)")
    private @Nullable String url;

    @Option(
            names = "--mqtt-prefix",
            paramLabel = "TOPIC",
            description = "what the topics of its devices begin with (default: fern)")
    private @Nullable String prefix;

    @Option(names = "--mqtt-username", paramLabel = "NAME", description = "the user there")
    private @Nullable String username;

    @Option(names = "--mqtt-password-file", paramLabel = "FILE", description = "the user's password")
    private @Nullable Path passwordFile;

    @Option(
            names = "--mqtt-ca-file",
            paramLabel = "FILE",
            description = "who signs the broker's certificate (default: those whom Java trusts)")
    private @Nullable Path caFile;

    @Option(names = "--mqtt-cert-file", paramLabel = "FILE", description = "a certificate to show to the broker")
    private @Nullable Path certFile;

    @Option(names = "--mqtt-key-file", paramLabel = "FILE", description = "its key")
    private @Nullable Path keyFile;

    /// Whether the options themselves name one.
    boolean named() {
        return url != null;
    }

    /// Which broker that is, for one client more.
    ///
    /// @param configured counts where no option is given
    /// @return null if neither names one
    Settings.@Nullable Broker broker(Settings.@Nullable Broker configured, String purpose) {
        if (url == null && configured == null) {
            return null;
        }
        var id = "fern-" + purpose + "-" + UUID.randomUUID();
        if (configured == null) {
            return new Settings.Broker(
                    address(url), id, false, prefix("fern"), username, passwordFile, caFile, certFile, keyFile);
        }
        return new Settings.Broker(
                url == null ? configured.url() : address(url),
                id,
                false,
                prefix(configured.prefix()),
                username == null ? configured.username() : username,
                passwordFile == null ? configured.passwordFile() : passwordFile,
                caFile == null ? configured.caFile() : caFile,
                certFile == null ? configured.certFile() : certFile,
                keyFile == null ? configured.keyFile() : keyFile);
    }

    /// Its devices.
    ///
    /// @throws FailedException if it cannot be reached, in words that name keys of the configuration, or options if
    /// there is none
    static Fleet open(Settings.Broker broker, boolean configured) throws FailedException {
        for (var provider : ServiceLoader.load(FleetProvider.class)) {
            var fleet = provider.open(broker);
            if (fleet.health() instanceof Health.Down(var problem)) {
                fleet.close();
                throw new FailedException((configured ? problem : asOptions(problem)).toString());
            }
            return fleet;
        }
        throw new FailedException("this installation knows no brokers; its device-adapters are missing");
    }

    /// `mqtt.url` is `--mqtt`, and `mqtt.ca-file` is `--mqtt-ca-file`.
    static Problem asOptions(Problem problem) {
        var todo = problem.whatToDo()
                .replaceAll("(?<![\\w/.-])mqtt\\.url\\b", "--mqtt")
                .replaceAll("(?<![\\w/.-])mqtt\\.(" + KEYS + ")\\b", "--mqtt-$1");
        return new Problem(problem.why(), todo);
    }

    private URI address(@Nullable String given) {
        try {
            if (given != null && given.matches("(mqtts?|tcp|ssl)://[^/@\\s]+/?")) {
                return URI.create(given);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw wrong("'" + given + "' is no broker; write mqtt://HOST or mqtts://HOST");
    }

    private String prefix(String otherwise) {
        if (prefix == null) {
            return otherwise;
        }
        if (!prefix.matches("[^$/+#\\s][^+#\\s]{0,99}(?<!/)")) {
            throw wrong("--mqtt-prefix " + prefix
                    + " is not the beginning of a topic; write it without wildcards, such as fern");
        }
        return prefix;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(
                Objects.requireNonNull(spec, "set by picocli").commandLine(), message);
    }
}
