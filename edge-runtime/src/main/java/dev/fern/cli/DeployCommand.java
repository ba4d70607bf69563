package dev.fern.cli;

import dev.fern.Durations;
import dev.fern.Fleet;
import dev.fern.Settings;
import dev.fern.config.AnyDevice;
import dev.fern.config.ConfigReader;
import dev.fern.config.FunctionFile;
import dev.fern.config.Reading;
import dev.fern.publish.Order;
import dev.fern.publish.PublishException;
import dev.fern.publish.Published;
import dev.fern.publish.Publisher;
import dev.fern.publish.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "deploy", description = "Builds a function, pushes its image and tells the Fn server, without Docker.")
final class DeployCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final Inspection inspection;

    @Parameters(arity = "0..1", paramLabel = "DIR", description = "the folder with the func.yaml (default: here)")
    private Path folder = Path.of("");

    @Mixin
    private DeployOptions where = new DeployOptions();

    @Option(names = "--wait", description = "wait until devices run it, and say how it went")
    private boolean wait;

    @Option(
            names = "--device",
            paramLabel = "URL",
            description = "a device to wait for; may be given several times (token: FERN_TOKEN, FERN_TOKEN_FILE)")
    private List<String> devices = new ArrayList<>();

    @Mixin
    private BrokerOptions broker = new BrokerOptions();

    @Option(names = "--timeout", paramLabel = "TIME", description = "how long to wait for devices (default: 60s)")
    private String timeout = "60s";

    DeployCommand(Terminal terminal, Inspection inspection) {
        this.terminal = terminal;
        this.inspection = inspection;
    }

    @Override
    public Integer call() throws FailedException, InterruptedException {
        var patience = patience();
        var func = DeviceFile.function(folder);
        if (func == null) {
            throw new FailedException("there is no func.yaml in " + folder.toAbsolutePath()
                    + "; make one with fn init, or name a folder that has one");
        }
        var device = where.config == null ? DeviceFile.near(func) : where.config;
        var reading = device == null ? null : new ConfigReader(terminal.environment()).read(device, null);
        if (reading instanceof Reading.Bad bad) {
            bad.problems().forEach(terminal.err()::println);
            return Cli.BAD_CONFIGURATION;
        }
        var settings = reading instanceof Reading.Good good ? good.settings() : null;
        var problems = FunctionFile.check(
                func, () -> inspection.function(func, settings == null ? AnyDevice.with(text(func)) : settings));
        if (!problems.isEmpty()) {
            problems.forEach(terminal.err()::println);
            throw new FailedException("nothing was deployed: correct " + func);
        }
        var order = where.order(func, settings, terminal);
        try (var fleet = fleet(settings)) {
            var published = publish(order);
            terminal.out().println(published.name() + " " + published.image() + "@" + published.digest());
            terminal.out().flush();
            if (fleet != null || !devices.isEmpty()) {
                new Arrival(terminal, published, patience).await(devices, fleet);
            }
            return 0;
        }
    }

    /// Opened before anything is changed, so that nobody waits for what never comes.
    private @Nullable Fleet fleet(@Nullable Settings settings) throws FailedException {
        var configured = settings == null ? null : settings.mqtt();
        var named = wait || broker.named() ? broker.broker(configured, "deploy") : null;
        if (named == null && wait && devices.isEmpty()) {
            throw where.wrong(
                    "--wait needs to know where to look; name a broker by --mqtt URL or devices by --device URL");
        }
        return named == null ? null : BrokerOptions.open(named, configured != null);
    }

    private Published publish(Order order) throws FailedException, InterruptedException {
        try (var steps = new Steps(terminal.err()::println)) {
            var published = new Publisher(order, steps).publish();
            published.changes().forEach(terminal.err()::println);
            return published;
        } catch (PublishException e) {
            throw new FailedException(e.problem().toString());
        } catch (NoClassDefFoundError e) {
            throw new FailedException("this installation cannot publish images, as lib/publish is not part of it;"
                    + " deploy from a machine with all of Fern");
        }
    }

    private Duration patience() {
        var parsed = Durations.parse(timeout);
        if (parsed == null || !parsed.isPositive()) {
            throw where.wrong("--timeout " + timeout + " is no time to wait; write 60s or 5m");
        }
        return parsed;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // said by the check
        }
    }
}
