package dev.fern.cli;

import dev.fern.Durations;
import dev.fern.SecretFile;
import dev.fern.Settings;
import dev.fern.config.AnyDevice;
import dev.fern.config.ConfigReader;
import dev.fern.config.FunctionFile;
import dev.fern.config.Reading;
import dev.fern.publish.FnContext;
import dev.fern.publish.Order;
import dev.fern.publish.PublishException;
import dev.fern.publish.Published;
import dev.fern.publish.Publisher;
import dev.fern.publish.Steps;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "deploy", description = "Builds a function, pushes its image and tells the Fn server, without Docker.")
final class DeployCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final Inspection inspection;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "DIR", description = "the folder with the func.yaml (default: here)")
    private Path folder = Path.of("");

    @Option(names = "--app", required = true, paramLabel = "APP", description = "its app, created if it is not there")
    private String app = "";

    @Option(
            names = "--registry",
            paramLabel = "REGISTRY",
            description = "what the image's name begins with (default: FN_REGISTRY, or the fn CLI's context)")
    private @Nullable String registry;

    @Option(
            names = "--registry-auth",
            paramLabel = "FILE",
            description = "Docker's config.json with the login (default: registry.auth-file of the configuration, or"
                    + " ~/.docker/config.json)")
    private @Nullable Path registryAuth;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "the Fn server (default: FN_API_URL, the fn CLI's context, or cloud.url of the configuration)")
    private @Nullable String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "the Fn server's token (default: FN_TOKEN, or cloud.token-file of the configuration)")
    private @Nullable Path tokenFile;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "a device that the function is for (default: fern.yaml beside it or one folder up, if there"
                    + " is one)")
    private @Nullable Path config;

    @Option(names = "--no-bump", description = "leave the version in func.yaml as it is")
    private boolean noBump;

    @Option(names = "--no-build", description = "take the code as an earlier build has left it")
    private boolean noBuild;

    @Option(names = "--edge-only", description = "without the official base image: it then runs on Fern only")
    private boolean edgeOnly;

    @Option(names = "--wait", description = "wait until devices run it, and say how it went")
    private boolean wait;

    @Option(
            names = "--device",
            paramLabel = "URL",
            description = "a device to wait for; may be given several times (token: FERN_TOKEN, FERN_TOKEN_FILE)")
    private List<String> devices = new ArrayList<>();

    @Option(names = "--timeout", paramLabel = "TIME", description = "how long to wait for devices (default: 60s)")
    private String timeout = "60s";

    DeployCommand(Terminal terminal, Inspection inspection) {
        this.terminal = terminal;
        this.inspection = inspection;
    }

    @Override
    public Integer call() throws FailedException, InterruptedException {
        var patience = patience();
        if (wait && devices.isEmpty()) {
            throw wrong("--wait needs to know where to look; name devices by --device URL");
        }
        var func = DeviceFile.function(folder);
        if (func == null) {
            throw new FailedException("there is no func.yaml in " + folder.toAbsolutePath()
                    + "; make one with fn init, or name a folder that has one");
        }
        var device = config == null ? DeviceFile.near(func) : config;
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
        var published = publish(order(func, settings));
        terminal.out().println(published.name() + " " + published.image() + "@" + published.digest());
        terminal.out().flush();
        return devices.isEmpty() || new Arrival(terminal, published, patience).await(devices) ? 0 : Cli.FAILED;
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

    private Order order(Path func, @Nullable Settings settings) throws FailedException {
        var context = context();
        var prefix = (registry != null ? registry : context.registry()).replaceAll("/+$", "");
        if (prefix.isEmpty()) {
            throw wrong("say where the image goes: --registry HOST/NAME or FN_REGISTRY");
        }
        var cloud = settings == null ? null : settings.cloud();
        var address = url != null ? url : context.apiUrl();
        boolean configured = address.isEmpty() && cloud != null;
        if (configured) {
            address = Objects.requireNonNull(cloud).url().toString();
        }
        if (!address.matches("https?://[^/\\s]+(/\\S*)?")) {
            throw wrong(
                    address.isEmpty()
                            ? "say where the Fn server is: --url URL or FN_API_URL"
                            : "'" + address + "' is no Fn server; give a URL such as https://fn.example.com");
        }
        return new Order(
                func,
                app,
                prefix,
                URI.create(address),
                token(configured && cloud != null ? cloud.tokenFile() : null),
                logins(settings),
                settings == null ? Set.of() : settings.registry().insecure(),
                !noBump,
                !noBuild,
                edgeOnly);
    }

    private FnContext context() throws FailedException {
        try {
            return FnContext.of(terminal.environment());
        } catch (PublishException e) {
            throw new FailedException(e.problem().toString());
        }
    }

    private @Nullable String token(@Nullable Path configured) throws FailedException {
        var file = tokenFile;
        if (file == null && !terminal.variable("FN_TOKEN").isEmpty()) {
            return checked(terminal.variable("FN_TOKEN").strip(), "FN_TOKEN");
        }
        file = file == null ? configured : file;
        try {
            return file == null ? null : checked(SecretFile.read(file), "the token file " + file);
        } catch (IOException e) {
            throw new FailedException("the token file " + file + " cannot be read: " + e.getMessage()
                    + "; correct --token-file, or make it readable");
        }
    }

    /// A line break in it would make a second header.
    private static String checked(String token, String where) throws FailedException {
        if (!token.matches("[!-~]+")) {
            throw new FailedException(where + " holds no token; put the token there alone, on one line without spaces");
        }
        return token;
    }

    private @Nullable Path logins(@Nullable Settings settings) throws FailedException {
        if (registryAuth != null) {
            if (!Files.isReadable(registryAuth)) {
                throw new FailedException("the registry logins in " + registryAuth
                        + " cannot be read; correct --registry-auth, or make it readable");
            }
            return registryAuth;
        }
        if (settings != null && settings.registry().authFile() instanceof Path configured) {
            return configured;
        }
        var home = terminal.variable("DOCKER_CONFIG").isEmpty()
                ? Path.of(terminal.environment().getOrDefault("HOME", "/"), ".docker")
                : Path.of(terminal.variable("DOCKER_CONFIG"));
        var dockers = home.resolve("config.json");
        return Files.isReadable(dockers) ? dockers : null;
    }

    private Duration patience() {
        var parsed = Durations.parse(timeout);
        if (parsed == null || !parsed.isPositive()) {
            throw wrong("--timeout " + timeout + " is no time to wait; write 60s or 5m");
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

    private ParameterException wrong(String message) {
        return new ParameterException(Objects.requireNonNull(spec, "set by picocli").commandLine(), message);
    }
}
