package dev.fern.images;

import dev.fern.Clock;
import dev.fern.HttpClients;
import dev.fern.Problem;
import dev.fern.Time;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// HTTP with an end to every wait: for the connection, for the answer, and for each further piece of the
/// body. Redirects are not followed here. HTTP 1.1 only, as nothing is gained by 2 and plain registries
/// stumble over the upgrade.
final class Http {
    static final Duration CONNECT = Duration.ofSeconds(10);
    static final Duration ANSWER = Duration.ofSeconds(30);

    private final Time time;
    private @Nullable HttpClient client;

    Http(Time time) {
        this.time = time;
    }

    /// An answer whose body is still to come. Closing it gives the connection back, or up if the body was not read to
    /// its end.
    record Reply(URI uri, int status, HttpResponse<InputStream> response, InputStream body) implements AutoCloseable {
        @Nullable String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        /// A login page of a network or a proxy's error, instead of what a registry sends.
        boolean isWebPage() {
            var type = header("Content-Type");
            return type != null && type.toLowerCase(Locale.ROOT).startsWith("text/html");
        }

        /// The whole body, or null if it is longer than that.
        byte @Nullable [] bytes(int most) throws ImageException, InterruptedException {
            var bytes = new ByteArrayOutputStream();
            try {
                var buffer = new byte[16 << 10];
                for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                    if (bytes.size() + n > most) {
                        return null;
                    }
                    bytes.write(buffer, 0, n);
                }
            } catch (IOException e) {
                throw Failures.network(e, uri.getAuthority());
            }
            return bytes.toByteArray();
        }

        @Override
        public void close() {
            try {
                body.close();
            } catch (IOException e) {
                // nothing is owed to a body that nobody wants
            }
        }
    }

    /// Sends and waits for the answer's head.
    Reply send(HttpRequest request) throws ImageException, InterruptedException {
        var host = request.uri().getAuthority();
        var future = client().sendAsync(request, BodyHandlers.ofInputStream());
        var tooLate = new AtomicBoolean();
        var timer = time.after(ANSWER, () -> {
            tooLate.set(true);
            future.cancel(true);
        });
        try {
            var response = future.get();
            return new Reply(
                    request.uri(), response.statusCode(), response, new PatientStream(response.body(), host, time));
        } catch (CancellationException | ExecutionException e) {
            if (tooLate.get()) {
                throw ImageException.later(
                        "no answer from " + host + " within " + ANSWER.toSeconds() + " s",
                        "check the network and that the registry is well");
            }
            var cause = e.getCause() == null ? e : e.getCause();
            if (Clock.blamed(cause, "the registry " + host, time.now()) instanceof Problem clock) {
                throw ImageException.later(clock.why(), clock.whatToDo());
            }
            throw Failures.network(cause, host);
        } catch (InterruptedException e) {
            future.cancel(true);
            throw e;
        } finally {
            timer.cancel();
        }
    }

    /// Made at the first need: it costs memory and a thread, and a device whose functions are all there has no need.
    private synchronized HttpClient client() {
        var made = client;
        if (made == null) {
            made = HttpClients.named("fern-images-", CONNECT);
            client = made;
        }
        return made;
    }
}
