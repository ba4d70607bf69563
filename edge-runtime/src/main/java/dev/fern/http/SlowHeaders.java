package dev.fern.http;

import dev.fern.Time;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Cuts a client that sends its header fields by drops: without it each drop would renew the read timeout.
final class SlowHeaders implements Http1ConnectionListener {
    private static final Duration MOST = Duration.ofSeconds(30);

    private final Time time;
    /// By connection. One that breaks off in its header fields is forgotten when its time is over.
    private final Map<ConnectionContext, Patience> reading = new ConcurrentHashMap<>();

    SlowHeaders(Time time) {
        this.time = time;
    }

    @Override
    public void prologue(ConnectionContext connection, HttpPrologue prologue) {
        reading.put(connection, new Patience(time, MOST, () -> reading.remove(connection)));
    }

    @Override
    public void headers(ConnectionContext connection, Headers headers) {
        var patience = reading.remove(connection);
        if (patience != null) {
            patience.close();
        }
    }
}
