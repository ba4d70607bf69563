package dev.fern.cli;

import dev.fern.Settings;
import dev.fern.publish.Order;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What is deployed where: the options of `fern deploy`, over the variables and the context of the fn CLI, over a
/// device's
/// configuration.
final class DeployOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

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

    @Mixin
    private ServerOptions server = new ServerOptions();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "a device that the function is for (default: fern.yaml beside it or one folder up, if there"
                    + " is one)")
    @Nullable Path config;

    @Option(names = "--no-bump", description = "leave the version in func.yaml as it is")
    private boolean noBump;

    @Option(names = "--no-build", description = "take the code as an earlier build has left it")
    private boolean noBuild;

    @Option(names = "--edge-only", description = "without the official base image: it then runs on Fern only")
    private boolean edgeOnly;

    /// @param settings those of a device that the function is for, if there is one
    Order order(Path func, @Nullable Settings settings, Terminal terminal) throws FailedException {
        var context = ServerOptions.context(terminal);
        var prefix = (registry != null ? registry : context.registry()).replaceAll("/+$", "");
        if (prefix.isEmpty()) {
            throw wrong("say where the image goes: --registry HOST/NAME or FN_REGISTRY");
        }
        var address = server.address(context, settings, this::wrong);
        var token = server.token(context, settings, terminal);
        return new Order(
                func,
                app,
                prefix,
                address,
                token,
                logins(settings, terminal),
                settings == null ? Set.of() : settings.registry().insecure(),
                !noBump,
                !noBuild,
                edgeOnly);
    }

    private @Nullable Path logins(@Nullable Settings settings, Terminal terminal) throws FailedException {
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

    /// The command was used wrongly.
    ParameterException wrong(String message) {
        return new ParameterException(
                Objects.requireNonNull(spec, "set by picocli").commandLine(), message);
    }
}
