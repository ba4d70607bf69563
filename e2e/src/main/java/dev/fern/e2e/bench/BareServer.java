package dev.fern.e2e.bench;

import io.helidon.webserver.WebServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// The rival of [HttpContest]: Helidon's web server as it comes, with one handler that answers with what it got. A
/// program of its own, which says `listening on PORT` when it does.
public final class BareServer {
    private BareServer() {}

    /// Serves until it is killed.
    public static void main(String[] arguments) {
        var server = WebServer.builder()
                .bindAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .shutdownHook(false)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .routing(routing -> routing.any(
                        (request, response) -> response.send(request.content().as(byte[].class))))
                .build()
                .start();
        System.out.println("listening on " + server.port());
    }
}
