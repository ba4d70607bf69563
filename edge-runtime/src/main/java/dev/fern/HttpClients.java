package dev.fern;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executors;

/// How rooms ask other servers.
public final class HttpClients {
    private HttpClients() {}

    /// A client with threads of that name. HTTP 1.1 only, as servers stumble over the upgrade. Redirects are the
    /// caller's: they may lead where its secrets must not go. Make it at the first need, it costs a thread.
    public static HttpClient named(String threads, Duration connect) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connect)
                .executor(Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name(threads, 0).factory()))
                .build();
    }
}
