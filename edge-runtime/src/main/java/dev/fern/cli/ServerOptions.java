package dev.fern.cli;

import dev.fern.SecretFile;
import dev.fern.Settings;
import dev.fern.publish.FnContext;
import dev.fern.publish.PublishException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// Which Fn server a command changes: its options, over the variables and the context of the fn CLI, over a device's
/// configuration.
final class ServerOptions {
    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "the Fn server (default: FN_API_URL, the fn CLI's context, for fern deploy also cloud.url of the configuration)")
    private @Nullable String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "the Fn server's token (default: FN_TOKEN, for fern deploy also cloud.token-file of the configuration)")
    private @Nullable Path tokenFile;

    /// The server's address.
    ///
    /// @param wrong makes what is thrown if there is none
    URI address(FnContext context, @Nullable Settings settings, Function<String, ParameterException> wrong) {
        var cloud = settings == null ? null : settings.cloud();
        var address = url != null ? url : context.apiUrl();
        if (address.isEmpty() && cloud != null) {
            address = cloud.url().toString();
        }
        if (!address.matches("https?://[^/\\s]+(/\\S*)?")) {
            throw wrong.apply(
                    address.isEmpty()
                            ? "say where the Fn server is: --url URL or FN_API_URL"
                            : "'" + address + "' is no Fn server; give a URL such as https://fn.example.com");
        }
        return URI.create(address);
    }

    /// Its token, or null for none.
    @Nullable String token(FnContext context, @Nullable Settings settings, Terminal terminal) throws FailedException {
        var cloud = settings == null ? null : settings.cloud();
        var configured = url == null && context.apiUrl().isEmpty() && cloud != null ? cloud.tokenFile() : null;
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

    /// What the fn CLI would take.
    static FnContext context(Terminal terminal) throws FailedException {
        try {
            return FnContext.of(terminal.environment());
        } catch (PublishException e) {
            throw new FailedException(e.problem().toString());
        }
    }
}
