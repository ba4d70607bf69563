package dev.fern.sync;

import dev.fern.FnName;
import dev.fern.Settings;
import dev.fern.SinkException;
import dev.fern.Time;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Where functions of the Fn server are called: it knows them by ids, which are asked for once and kept until
/// [#forget]. Any thread; one at a time asks.
public final class CloudFunctions implements AutoCloseable {
    private final Settings.Cloud cloud;
    private final CloudClient client;
    private final Map<FnName, String> ids = new ConcurrentHashMap<>();

    public CloudFunctions(Settings.Cloud cloud, Time time) {
        this.cloud = cloud;
        client = new CloudClient(cloud, CloudSource.CONNECT, CloudSource.WHOLE, time);
    }

    /// Where to call a function.
    ///
    /// @param token for the server, read just now, or null if it wants none
    public record Place(URI url, @Nullable String token) {}

    /// Finds a function. Waits for the server if it is not known yet.
    ///
    /// @throws SinkException "away" if the server does not tell, refuses this device, or has no such function
    public Place find(FnName name) throws SinkException, InterruptedException {
        synchronized (client) {
            try {
                client.readToken();
                var known = ids.get(name);
                var id = known == null ? ask(name) : known;
                ids.put(name, id);
                var root = cloud.url().toString();
                var url = (root.endsWith("/") ? root : root + "/") + "invoke/" + id;
                return new Place(URI.create(url), client.token());
            } catch (CloudException e) {
                throw SinkException.away(String.valueOf(e.getMessage()));
            }
        }
    }

    private String ask(FnName name) throws CloudException, SinkException, InterruptedException {
        var app = client.app(name.app());
        if (app == null) {
            throw SinkException.away(client.host() + " has no app " + name.app());
        }
        var fn = client.fn(app, name.name());
        if (fn == null) {
            throw SinkException.away(client.host() + " has no function " + name);
        }
        var id = Json.string(fn, "id");
        if (!id.matches("[A-Za-z0-9_-]{1,128}")) {
            throw SinkException.away(client.host() + " names " + name + " by an id that is none");
        }
        return id;
    }

    /// It has another id now, or is gone.
    public void forget(FnName name) {
        ids.remove(name);
    }

    @Override
    public void close() {
        client.close();
    }
}
