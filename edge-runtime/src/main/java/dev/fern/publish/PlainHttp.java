package dev.fern.publish;

import com.google.cloud.tools.jib.http.FailoverHttpClient;
import com.google.cloud.tools.jib.http.Request;
import com.google.cloud.tools.jib.http.Response;
import java.io.IOException;
import java.net.URI;
import java.net.URL;

/// Jib's HTTP for a registry that may be spoken to over plain HTTP: that and nothing else with that host, as the daemon
/// does, instead of trying TLS first, which some servers answer with silence. All other hosts, such as one that gives
/// tokens, are spoken to as safely as ever.
final class PlainHttp extends FailoverHttpClient {
    private final String host;
    private final FailoverHttpClient others = new FailoverHttpClient(false, false, _ -> {});

    PlainHttp(String host) {
        super(true, true, _ -> {});
        this.host = host;
    }

    @Override
    public Response call(String method, URL url, Request request) throws IOException {
        if (!host.equals(url.getAuthority())) {
            return others.call(method, url, request);
        }
        return super.call(
                method,
                URI.create(url.toString().replaceFirst("^https:", "http:")).toURL(),
                request);
    }

    @Override
    public void shutDown() throws IOException {
        others.shutDown();
        super.shutDown();
    }
}
