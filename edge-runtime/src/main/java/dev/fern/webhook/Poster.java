package dev.fern.webhook;

import dev.fern.CeHeaders;
import dev.fern.Clock;
import dev.fern.Durations;
import dev.fern.Event;
import dev.fern.HttpClients;
import dev.fern.InvalidDefinitionException;
import dev.fern.Problem;
import dev.fern.SinkException;
import dev.fern.Time;
import dev.fern.Vocabulary;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One request to its end: sends, follows redirects, and says what the answer means. Any thread; waits, for
/// [#WHOLE] at most.
final class Poster implements AutoCloseable {
    static final Duration CONNECT = Duration.ofSeconds(5);
    static final Duration WHOLE = Duration.ofSeconds(30);
    /// What may follow the head of an answer.
    private static final Duration BODY = Duration.ofSeconds(2);

    private static final int REDIRECTS = 5;

    private final Time time;
    private final Destination.Secrets secrets;
    private final Duration connect;
    private final Duration whole;
    private @Nullable HttpClient client;

    Poster(Time time, Destination.Secrets secrets, Duration connect, Duration whole) {
        this.time = time;
        this.secrets = secrets;
        this.connect = connect;
        this.whole = whole;
    }

    /// What the last server of all redirects has answered.
    ///
    /// @param url who answered
    /// @param retryAfter when it wants to be asked again, or null
    /// @param headers of the answer
    record Reply(int status, URI url, @Nullable Duration retryAfter, HttpHeaders headers) {
        boolean taken() {
            return status / 100 == 2;
        }

        /// In words.
        String text() {
            return host(url) + " answers " + status;
        }
    }

    /// Returns if the other side has taken it.
    ///
    /// @throws SinkException if not, with whether trying again is of use
    void post(Event event, Destination destination) throws SinkException, InterruptedException {
        Destination.Credential credential;
        try {
            credential = Destination.credential(destination.auth(), secrets);
        } catch (InvalidDefinitionException e) {
            throw SinkException.away(e.problem().toString());
        }
        var reply = exchange(event, destination, credential);
        if (!reply.taken()) {
            throw refused(reply);
        }
    }

    /// Sends it, and hears what is said to it.
    ///
    /// @param credential for that server and no other
    /// @throws SinkException if nothing is
    Reply exchange(Event event, Destination destination, Destination.@Nullable Credential credential)
            throws SinkException, InterruptedException {
        long end = System.nanoTime() + whole.toNanos();
        var url = destination.url();
        var method = destination.method();
        for (int i = 0; i <= REDIRECTS; i++) {
            boolean ours = origin(url).equals(origin(destination.url()));
            var answer = send(request(event, url, method, ours ? credential : null), end);
            int status = answer.statusCode();
            if (status < 300 || status > 308 || status == 304 || status == 300) {
                return new Reply(status, url, retryAfter(answer), answer.headers());
            }
            var next = answer.headers().firstValue("Location").map(url::resolve).orElse(null);
            if (next == null || next.getHost() == null || !next.getScheme().matches("https?")) {
                throw SinkException.never(host(url) + " answers " + status + " without another address");
            }
            if (url.getScheme().equals("https") && next.getScheme().equals("http")) {
                throw SinkException.never(host(url) + " sends on from https to http, which is not followed");
            }
            method = status == 303 ? "GET" : method; // it was taken, and this is where to look at the result
            url = next;
        }
        throw SinkException.never(
                host(destination.url()) + " sends on more than " + REDIRECTS + " times; write the final address");
    }

    private static String origin(URI url) {
        return url.getScheme() + "://" + url.getAuthority();
    }

    private static String host(URI url) {
        return url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
    }

    /// The message, with the event as CloudEvents has it in HTTP (HTTP binding 1.0.2, section 3.1): `Ce-Id` is the
    /// same each time a message is tried again.
    private static HttpRequest request(Event event, URI url, String method, Destination.@Nullable Credential credential)
            throws SinkException {
        try {
            var body = method.equals("GET")
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(event.data().bytes());
            var request = HttpRequest.newBuilder(url)
                    .method(method, body)
                    .setHeader("User-Agent", "Fern/" + Vocabulary.VERSION);
            event.attributes().forEach((name, value) -> request.setHeader("Ce-" + name, CeHeaders.encode(value)));
            if (event.dataContentType() instanceof String type && !method.equals("GET")) {
                request.setHeader("Content-Type", type);
            }
            if (credential != null) {
                request.setHeader(credential.name(), credential.value());
            }
            return request.build();
        } catch (IllegalArgumentException e) {
            throw SinkException.never("no request can be made of it: " + e.getMessage());
        }
    }

    private HttpResponse<Brief> send(HttpRequest request, long end) throws SinkException, InterruptedException {
        var host = host(request.uri());
        var future = client().sendAsync(request, _ -> new Brief());
        try {
            var answer = future.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            finish(answer.body());
            return answer;
        } catch (TimeoutException e) {
            throw SinkException.later("no answer from " + host + " in " + Durations.text(whole));
        } catch (ExecutionException e) {
            throw failed(e.getCause(), host);
        } finally {
            future.cancel(true);
        }
    }

    /// Gives the connection back if the rest comes soon, and up if not.
    private static void finish(Brief body) throws InterruptedException {
        try {
            body.end().get(BODY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            body.cancel();
        }
    }

    private SinkException failed(@Nullable Throwable cause, String host) {
        if (cause != null && Clock.blamed(cause, host, time.now()) instanceof Problem clock) {
            return SinkException.away(clock.toString());
        }
        return switch (cause) {
            case HttpConnectTimeoutException _ ->
                SinkException.away("no answer from " + host + " in " + Durations.text(connect));
            case ConnectException e
            when e.getCause() instanceof UnresolvedAddressException ->
                SinkException.away("the name " + host + " is not known");
            case ConnectException _ -> SinkException.away(host + " cannot be reached");
            case SSLException e -> SinkException.away("no secure connection with " + host + ": " + line(e));
            // it may be this very message that it cannot bear
            case IOException e -> SinkException.later(host + " broke off: " + line(e));
            case null, default -> SinkException.later(host + " cannot be asked: " + cause);
        };
    }

    private static String line(Throwable failure) {
        var text = String.valueOf(failure.getMessage()).replaceAll("\\s+", " ").strip();
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private static SinkException refused(Reply reply) {
        int status = reply.status;
        var why = reply.text();
        return switch (status) {
            // a gateway, or a server that says that it is too much now: nothing about the message
            case 429, 502, 503, 504 -> SinkException.away(why, reply.retryAfter);
            case 408, 425 -> SinkException.later(why, reply.retryAfter);
            case 401, 403 -> SinkException.never(why + "; check auth= and its secret");
            default -> status < 500 ? SinkException.never(why) : SinkException.later(why, reply.retryAfter);
        };
    }

    /// Retry-After in seconds or as a date (RFC 9110, section 10.2.3).
    private @Nullable Duration retryAfter(HttpResponse<?> answer) {
        var text = answer.headers().firstValue("Retry-After").orElse("").strip();
        if (text.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            var at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return time.isSet() ? Duration.between(time.now(), at) : null;
        } catch (DateTimeException e) {
            return null;
        }
    }

    private synchronized HttpClient client() {
        var made = client;
        if (made == null) {
            made = HttpClients.named("fern-webhook-http-", connect);
            client = made;
        }
        return made;
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.shutdownNow();
        }
    }
}
