package dev.fern.cli;

import dev.fern.Durations;
import dev.fern.Settings;
import dev.fern.config.ConfigReader;
import dev.fern.config.Reading;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "fleet", description = "Lists the devices of a broker, what runs where, and follows rollouts.")
final class FleetCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private BrokerOptions broker = new BrokerOptions();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "a configuration with mqtt (default: /etc/fern/fern.yaml if --mqtt is not given)")
    private @Nullable Path config;

    @Option(names = "--app", paramLabel = "APP", description = "only functions of this app")
    private @Nullable String app;

    @Option(names = "--function", paramLabel = "FN", description = "only functions of this name")
    private @Nullable String function;

    @Option(names = "--json", description = "print an array with an object for each device; with --follow a line each")
    private boolean json;

    @Option(
            names = {"-f", "--follow"},
            description = "print what changes, until every device runs what it should (0) or one says why not (1)")
    private boolean follow;

    @Option(names = "--timeout", paramLabel = "TIME", description = "how long to follow (default: 5m)")
    private String timeout = "5m";

    FleetCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws FailedException, InterruptedException {
        var patience = patience();
        Settings.@Nullable Broker configured = null;
        if (config != null || !broker.named() && Files.exists(ConfigReader.STANDARD_FILE)) {
            switch (new ConfigReader(terminal.environment()).read(config, null)) {
                case Reading.Good(var settings) -> configured = settings.mqtt();
                case Reading.Bad(var problems) -> {
                    problems.forEach(terminal.err()::println);
                    return Cli.BAD_CONFIGURATION;
                }
            }
        }
        var where = broker.broker(configured, "fleet");
        if (where == null) {
            throw wrong("say which broker: --mqtt URL, or --config FILE with mqtt.url");
        }
        var choice = new FleetView.Choice(app, function);
        try (var fleet = BrokerOptions.open(where, configured != null)) {
            var view = new FleetView(terminal, fleet, where.url() + " under " + where.prefix(), choice, json);
            view.awaitQuiet();
            if (follow) {
                new Following(terminal, fleet, choice, json, Following.SETTLED, patience).await();
            } else {
                view.print();
            }
        }
        return 0;
    }

    private Duration patience() {
        var parsed = Durations.parse(timeout);
        if (parsed == null || !parsed.isPositive()) {
            throw wrong("--timeout " + timeout + " is no time to wait; write 60s or 5m");
        }
        return parsed;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(
                Objects.requireNonNull(spec, "set by picocli").commandLine(), message);
    }
}
