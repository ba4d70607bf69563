package dev.fern.cli;

import dev.fern.config.ConfigReader;
import dev.fern.config.Reading;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "run", description = "Runs the daemon in the foreground (what systemd does).")
final class RunCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final Launch launch;

    @Option(names = "--config", paramLabel = "FILE", description = "the configuration (default: /etc/fern/fern.yaml)")
    private @Nullable Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "the state (default: FERN_DATA, or /var/lib/fern)")
    private @Nullable Path data;

    RunCommand(Terminal terminal, Launch launch) {
        this.terminal = terminal;
        this.launch = launch;
    }

    @Override
    public Integer call() throws Exception {
        return switch (new ConfigReader(terminal.environment()).read(config, data)) {
            case Reading.Good good -> launch.run(good.settings());
            case Reading.Bad bad -> {
                bad.problems().forEach(terminal.err()::println);
                terminal.err().println("fern: the configuration makes no sense; nothing was started");
                yield Cli.BAD_CONFIGURATION;
            }
        };
    }
}
