package dev.fern.images;

import dev.fern.Time;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Answers a registry's challenge (RFC 9110, section 11.6.1): Basic with the password from the auth-file, or a Bearer
/// token from the server that the challenge names (distribution-spec, docs/spec/auth/token). Keeps what it was given
/// until it ends.
final class Login {
    /// What a token lives if its server does not say (same document), and what is held back for the way.
    private static final long TOKEN_S = 60;

    private static final long RESERVE_S = 10;
    private static final int MOST_KEPT = 100;
    private static final int TOKEN_BYTES = 256 << 10;
    private static final Pattern SCHEME = Pattern.compile("(?i)(?:^|,)\\s*(basic|bearer)(?:\\s+|$)");
    private static final Pattern PARAMETER = Pattern.compile("([^=,\\s]+)=(?:\"([^\"]*)\"|([^,\\s]*))");

    /// @param endNanos by the monotonic clock
    private record Pass(String header, long endNanos) {}

    private record Challenge(boolean bearer, Map<String, String> parameters) {}

    private final @Nullable Path authFile;
    private final Http http;
    private final Time time;
    private final Map<String, Pass> passes = new LinkedHashMap<>();

    Login(@Nullable Path authFile, Http http, Time time) {
        this.authFile = authFile;
        this.http = http;
        this.time = time;
    }

    /// The `Authorization` that worked for this image before, or null.
    synchronized @Nullable String pass(Reference image) {
        var pass = passes.get(key(image));
        if (pass == null || time.nanos() - pass.endNanos >= 0) {
            return null;
        }
        return pass.header;
    }

    private synchronized void keep(Reference image, String header, Duration life) {
        if (passes.size() >= MOST_KEPT) {
            passes.clear();
        }
        passes.put(key(image), new Pass(header, time.nanos() + life.toNanos()));
    }

    private synchronized void forget(Reference image) {
        passes.remove(key(image));
    }

    private static String key(Reference image) {
        return image.api() + "/" + image.name();
    }

    /// After an answer of 401: gets what [#pass] then gives.
    ///
    /// @param plain whether that host may be spoken to over plain HTTP
    void answer(Reference image, List<String> challenges, Predicate<String> plain)
            throws ImageException, InterruptedException {
        forget(image);
        var challenge = choose(challenges);
        if (challenge == null) {
            throw ImageException.later(
                    "the registry " + image.host() + " asks for a login of a kind that Fern does not know",
                    "use a registry with Basic or Bearer authentication");
        }
        var basic = AuthFile.basic(authFile, image);
        if (challenge.bearer) {
            token(image, challenge.parameters, basic, plain);
        } else if (basic != null) {
            keep(image, basic, Duration.ofDays(1));
        } else {
            throw refused(image);
        }
    }

    /// The registry says no for good.
    ImageException refused(Reference image) throws ImageException {
        forget(image);
        var what = image.host() + "/" + image.name();
        if (authFile != null && AuthFile.basic(authFile, image) != null) {
            return ImageException.later(
                    "the registry refuses the user and password it was given for " + what,
                    "check those of " + image.credentials() + " in " + authFile
                            + " and that this user may read the image");
        }
        return ImageException.later(
                "the registry wants a login for " + what + ", or has no such image",
                authFile == null
                        ? "name a Docker config.json with the password in registry.auth-file of fern.yaml"
                        : "add " + image.credentials() + " to " + authFile + " as docker login does");
    }

    /// Bearer, if both are offered: it is meant for this. Null if there is neither.
    private static @Nullable Challenge choose(List<String> challenges) {
        Challenge chosen = null;
        for (var header : challenges) {
            var schemes = SCHEME.matcher(header).results().toList();
            for (int i = 0; i < schemes.size(); i++) {
                int end = i + 1 < schemes.size() ? schemes.get(i + 1).start() : header.length();
                boolean bearer = schemes.get(i).group(1).equalsIgnoreCase("bearer");
                if (chosen == null || bearer) {
                    chosen = new Challenge(
                            bearer, parameters(header.substring(schemes.get(i).end(), end)));
                }
            }
        }
        return chosen;
    }

    private static Map<String, String> parameters(String text) {
        var parameters = new HashMap<String, String>();
        for (var match = PARAMETER.matcher(text); match.find(); ) {
            var quoted = match.group(2);
            parameters.put(match.group(1).toLowerCase(Locale.ROOT), quoted != null ? quoted : match.group(3));
        }
        return parameters;
    }

    private void token(Reference image, Map<String, String> challenge, @Nullable String basic, Predicate<String> plain)
            throws ImageException, InterruptedException {
        var uri = tokenUri(image, challenge);
        var host = uri.getAuthority();
        if (!"https".equals(uri.getScheme()) && !("http".equals(uri.getScheme()) && host != null && plain.test(host))) {
            throw ImageException.later(
                    "the registry " + image.host() + " sends its logins to " + uri.getScheme() + "://" + host
                            + ", which is not safe",
                    "let its token server speak https, or list " + host + " under registry.insecure");
        }
        var request = HttpRequest.newBuilder(uri).header("Accept", "application/json");
        if (basic != null) {
            request.header("Authorization", basic);
        }
        try (var reply = http.send(request.build())) {
            if (reply.status() == 401 || reply.status() == 403) {
                throw refused(image);
            }
            var bytes = reply.bytes(TOKEN_BYTES);
            var json = reply.status() == 200 && bytes != null ? Json.object(bytes) : null;
            var token = json == null ? null : Json.string(json, "token");
            if (json != null && token == null) {
                token = Json.string(json, "access_token");
            }
            if (json == null || token == null || !token.matches("[!-~]{1,100000}")) {
                throw ImageException.later(
                        "the login server " + host + " of the registry " + image.host() + " gave no token (status "
                                + reply.status() + ")",
                        "try again later; if it stays, look at that server");
            }
            long life = Math.clamp(Json.number(json, "expires_in", TOKEN_S), TOKEN_S, 86_400);
            keep(image, "Bearer " + token, Duration.ofSeconds(life - RESERVE_S));
        }
    }

    private static URI tokenUri(Reference image, Map<String, String> challenge) throws ImageException {
        var realm = challenge.getOrDefault("realm", "");
        var scope = challenge.getOrDefault("scope", "repository:" + image.name() + ":pull");
        var query = "scope=" + URLEncoder.encode(scope, StandardCharsets.UTF_8);
        if (challenge.get("service") instanceof String service) {
            query = "service=" + URLEncoder.encode(service, StandardCharsets.UTF_8) + "&" + query;
        }
        try {
            return URI.create(realm + (realm.indexOf('?') < 0 ? "?" : "&") + query);
        } catch (IllegalArgumentException e) {
            throw ImageException.later(
                    "the registry " + image.host() + " names no login server that makes sense: '" + realm + "'",
                    "correct the realm in the registry's configuration");
        }
    }
}
