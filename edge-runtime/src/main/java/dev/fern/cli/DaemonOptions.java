package dev.fern.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where the daemon is, the same for every command that asks it.
final class DaemonOptions {
    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "the daemon (default: FERN_URL, or http.listen of the configuration)")
    @Nullable String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "its token (default: FERN_TOKEN, FERN_TOKEN_FILE, or http.token-file of the configuration)")
    @Nullable Path tokenFile;

    @Option(names = "--config", paramLabel = "FILE", description = "the configuration (default: /etc/fern/fern.yaml)")
    @Nullable Path config;
}
