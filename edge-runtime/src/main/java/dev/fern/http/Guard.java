package dev.fern.http;

import dev.fern.Metrics;
import dev.fern.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who may come in. Beyond loopback: who shows the token or a certificate of the configured authority. On loopback:
/// every program of this machine, unless there is a token; but no web page that has found its way here, so the names
/// in `Host` and `Origin` must be this machine's (DNS rebinding, cross-site requests).
final class Guard {
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String BEARER = "Bearer ";

    private final ListenAddress listen;
    private final byte @Nullable [] token;
    private final boolean certificates;
    private final List<String> open;
    private final Metrics metrics;

    Guard(Settings.Http settings, ListenAddress listen, Metrics metrics) {
        this.listen = listen;
        this.metrics = metrics;
        token = settings.tokenFile() == null ? null : read(settings.tokenFile());
        certificates = settings.clientCaFile() != null;
        open = settings.open();
        if (!listen.isLoopback() && token == null && !certificates) {
            throw new CannotListenException(
                    "http.listen " + settings.listen()
                            + " can be reached from outside, and anybody could run functions there",
                    "set http.token-file or http.client-ca-file, or listen on 127.0.0.1");
        }
    }

    private static byte[] read(Path file) {
        byte[] token;
        try {
            token = Files.readString(file).strip().getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CannotListenException(
                    "http.token-file " + file + " cannot be read",
                    "make it, readable for the user that runs Fern, with the token as its only line");
        }
        if (token.length == 0) {
            throw new CannotListenException("http.token-file " + file + " is empty", "write the token into it");
        }
        return token;
    }

    /// Lets the request in.
    ///
    /// @throws RefusedException 403 or 401, which never says what was missing
    void admit(Exchange exchange) throws RefusedException {
        boolean byCertificate = certificates && exchange.hasClientCertificate();
        if (listen.isLoopback() && !isOurs(hostOf(exchange.authority()))) {
            throw refused(403, "Forbidden", "host");
        }
        boolean foreignOrigin = !hasOwnOrigin(exchange);
        if (foreignOrigin && listen.isLoopback()) {
            throw refused(403, "Forbidden", "origin");
        }
        if (isOpen(exchange.path())) {
            return;
        }
        // a browser shows its certificate to whichever page asks
        if (byCertificate && !foreignOrigin) {
            return;
        }
        if (token == null ? certificates : !isToken(exchange.header("Authorization"))) {
            throw refused(401, "Unauthorized", "token").with("WWW-Authenticate", "Bearer");
        }
    }

    private RefusedException refused(int status, String message, String reason) {
        metrics.counter("fern_http_refused_total", "reason", reason).increment();
        return new RefusedException(status, message);
    }

    /// Whether that is the value of an `Authorization` header with our token. Takes equally long for every wrong one.
    boolean isToken(@Nullable String authorization) {
        return token != null
                && authorization != null
                && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(
                        token, authorization.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8));
    }

    private boolean isOpen(String path) {
        return path.equals("/health/live")
                || open.stream()
                        .anyMatch(prefix ->
                                path.equals(prefix) || path.startsWith(prefix.endsWith("/") ? prefix : prefix + "/"));
    }

    private boolean isOurs(String host) {
        return LOOPBACK_NAMES.contains(host) || host.equals(listen.host().toLowerCase(Locale.ROOT));
    }

    private static boolean hasOwnOrigin(Exchange exchange) {
        var origin = exchange.header("Origin");
        return origin == null
                || origin.equalsIgnoreCase("http://" + exchange.authority())
                || origin.equalsIgnoreCase("https://" + exchange.authority());
    }

    /// The host of `HOST` or `HOST:PORT`, in lower case.
    private static String hostOf(String authority) {
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        return (hasPort ? authority.substring(0, colon) : authority).toLowerCase(Locale.ROOT);
    }
}
