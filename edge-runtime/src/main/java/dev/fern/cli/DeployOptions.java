package dev.fern.cli;

import dev.fern.SecretFile;
import dev.fern.Settings;
import dev.fern.publish.FnContext;
import dev.fern.publish.Order;
import dev.fern.publish.PublishException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "the Fn server (default: FN_API_URL, the fn CLI's context, or cloud.url of the configuration)")
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
    @Nullable Path config;

    @Option(names = "--no-bump", description = "leave the version in func.yaml as it is")
    private boolean noBump;

    @Option(names = "--no-build", description = "take the code as an earlier build has left it")
    private boolean noBuild;

    @Option(names = "--edge-only", description = "without the official base image: it then runs on Fern only")
    private boolean edgeOnly;

    /// @param settings those of a device that the function is for, if there is one
    Order order(Path func, @Nullable Settings settings, Terminal terminal) throws FailedException {
        var context = context(terminal);
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
                token(configured && cloud != null ? cloud.tokenFile() : null, terminal),
                logins(settings, terminal),
                settings == null ? Set.of() : settings.registry().insecure(),
                !noBump,
                !noBuild,
                edgeOnly);
    }

    private static FnContext context(Terminal terminal) throws FailedException {
        try {
            return FnContext.of(terminal.environment());
        } catch (PublishException e) {
            throw new FailedException(e.problem().toString());
        }
    }

    private @Nullable String token(@Nullable Path configured, Terminal terminal) throws FailedException {
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
