package dev.fern.http;

import dev.fern.Adapter;
import dev.fern.Audience;
import dev.fern.Control;
import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Status;
import dev.fern.Target;
import dev.fern.Time;
import dev.fern.Trigger;
import dev.fern.Vocabulary;
import dev.fern.catalog.Api;
import dev.fern.catalog.Catalog;
import dev.fern.catalog.Reply;
import io.helidon.common.tls.TlsConfig;
import io.helidon.http.RequestException;
import io.helidon.json.JsonObject;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// HTTP on the device: Fn's API and function calls as an Fn server has them, http triggers, health, metrics, and what
/// the commands ask. One port, one connection a thread, every path through [Guard].
///
/// [#start] throws [CannotListenException] if `http:` cannot be carried out.
public final class Door implements Adapter {
    /// An Fn server's version, for clients that look at it, and ours.
    static final String VERSION = "0.3.753-fern-" + Vocabulary.VERSION;

    private static final System.Logger LOG = System.getLogger("fern.http");
    private static final int MAX_CONNECTIONS = 64;
    private static final Duration IDLE = Duration.ofSeconds(60);
    /// How long a client may be silent in the middle of a request.
    private static final Duration SILENCE = Duration.ofSeconds(15);

    /// By then a function that has taken all the memory is stopped, as a rule.
    private static final long MEMORY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int MAX_HEADERS_BYTES = 16 << 10;
    /// A function with 100 annotations and much configuration has 100 KB.
    private static final int MAX_DEFINITION_BYTES = 1 << 20;

    private final Settings settings;
    private final Control control;
    private final Api api;
    private final Time time;
    private final Metrics metrics;
    private final LogStreams logs;
    private final Map<Integer, LongAdder> served = new ConcurrentHashMap<>();
    private volatile Routes routes = Routes.NONE;
    private volatile boolean listening;
    private Audience audience = Audience.NONE;
    private @Nullable WebServer server;

    /// @param catalog the definitions that live on this device
    /// @param cloudDefinitions those of the source that the device follows: shown, and read only here
    public Door(
            Settings settings,
            Control control,
            Catalog catalog,
            Supplier<List<Definition>> cloudDefinitions,
            Time time,
            Metrics metrics) {
        this.settings = settings;
        this.control = control;
        this.time = time;
        this.metrics = metrics;
        api = catalog.beside(cloudDefinitions, () -> control.status().functions(), origin(settings));
        logs = new LogStreams(metrics);
    }

    private static String origin(Settings settings) {
        if (settings.cloud() != null) {
            return "the Fn server " + settings.cloud().url();
        }
        return "the folder " + settings.functions();
    }

    @Override
    public Set<String> types() {
        return Set.of(Trigger.HTTP, Trigger.INVOKE);
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        checkSources(candidate, accepted);
    }

    /// Whether each http trigger has a source of its own in its app.
    ///
    /// @throws InvalidDefinitionException with the first that has not
    public static void checkSources(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        var others = accepted.stream()
                .filter(fn -> !fn.name().equals(candidate.name()))
                .filter(fn -> fn.name().app().equals(candidate.name().app()))
                .flatMap(fn -> fn.triggers().stream())
                .toList();
        for (var trigger : candidate.triggers()) {
            if (!trigger.type().equals(Trigger.HTTP)) {
                continue;
            }
            var source = trigger.address();
            if (!source.startsWith("/")) {
                throw new InvalidDefinitionException(
                        "the source " + source + " of http trigger " + trigger.name() + " does not start with /",
                        "write it as /" + source);
            }
            for (var other : others) {
                if (other.type().equals(Trigger.HTTP) && other.address().equals(source)) {
                    throw new InvalidDefinitionException(
                            "the source " + source + " of http trigger " + trigger.name() + " already calls "
                                    + other.fn(),
                            "give each http trigger of an app a source of its own");
                }
            }
        }
    }

    @Override
    public void hear(Audience listeners) {
        audience = listeners;
    }

    /// @throws CannotListenException if the address, the token or the certificates cannot be used
    @Override
    public void start(Intake intake) {
        var http = settings.http();
        var listen = ListenAddress.parse(http.listen());
        var guard = new Guard(http, listen, metrics);
        var calls = new Calls(settings, intake, guard, time, metrics);
        var inlet = new Inlet(settings.limits().eventBytes(), intake, audience, time, metrics);
        var console = new Console(control, logs, settings.limits().eventBytes());
        Exposition.addProcess(metrics);
        var config = WebServer.builder()
                .bindAddress(new InetSocketAddress(listen.address(), listen.port()))
                .routing(routing ->
                        routing.any((request, response) -> serve(request, response, guard, calls, inlet, console)));
        bound(config);
        if (Certificates.wanted(http)) {
            var tls = TlsConfig.builder();
            Certificates.configure(tls, http);
            config.tls(tls.build());
        }
        var started = config.build().start();
        // Helidon logs why, and goes on
        if (!started.isRunning()) {
            throw new CannotListenException(
                    "cannot listen on " + http.listen(),
                    "stop the program that has this port, or change http.listen to an address of this device");
        }
        server = started;
        listening = true;
    }

    /// Everything that a client could make large, slow or many.
    private void bound(WebServerConfig.Builder config) {
        config.shutdownHook(false)
                .featuresDiscoverServices(false)
                .backlog(MAX_CONNECTIONS)
                .maxTcpConnections(MAX_CONNECTIONS)
                .maxConcurrentRequests(MAX_CONNECTIONS)
                .idleConnectionTimeout(IDLE)
                .idleConnectionPeriod(IDLE.dividedBy(4))
                .connectionOptions(options -> options.readTimeout(SILENCE).tcpNoDelay(true))
                .shutdownGracePeriod(Duration.ofSeconds(2))
                .contentEncoding(new AsItComes())
                .protocolsDiscoverServices(false)
                .addProtocol(Http1Config.builder()
                        .maxHeadersSize(MAX_HEADERS_BYTES)
                        .sendKeepAliveHeader(false)
                        .addReceiveListener(new SlowHeaders(time))
                        .build());
    }

    private static String cause(Throwable e) {
        var deepest = e;
        while (deepest.getCause() instanceof Throwable next) {
            deepest = next;
        }
        return String.valueOf(deepest.getMessage());
    }

    /// The port it listens on.
    public int port() {
        var running = server;
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return running.port();
    }

    @Override
    public void bind(Collection<Trigger> triggers, Collection<Target> targets) {
        routes = Routes.of(triggers);
    }

    @Override
    public Health health(Trigger trigger) {
        return listening ? Health.UP : Health.down("the HTTP server is not running yet", "wait a moment");
    }

    private void serve(
            ServerRequest request, ServerResponse response, Guard guard, Calls calls, Inlet inlet, Console console) {
        var exchange = new Exchange(request, response, time);
        try {
            answer(exchange, guard, calls, inlet, console);
        } catch (IOException e) {
            throw new CloseConnectionException("the client went away", e);
        }
        count(exchange);
        exchange.end();
    }

    private void answer(Exchange exchange, Guard guard, Calls calls, Inlet inlet, Console console) throws IOException {
        try {
            guard.admit(exchange);
            route(exchange, calls, inlet, console);
        } catch (RefusedException e) {
            refuse(exchange, e);
        } catch (InterruptedException e) {
            refuse(exchange, new RefusedException(503, "Fern is stopping").with("Retry-After", "10"));
        } catch (RequestException e) {
            throw e; // it sent no HTTP, and Helidon says so
        } catch (OutOfMemoryError e) { // somebody has taken it all, and is about to be stopped
            LockSupport.parkNanos(MEMORY_NANOS);
            refuse(exchange, new RefusedException(503, "no memory is left for this now").with("Retry-After", "1"));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a bug in serving " + exchange.method() + " " + exchange.path(), e);
            refuse(exchange, new RefusedException(500, "internal server error"));
        }
    }

    private static void refuse(Exchange exchange, RefusedException refusal) throws IOException {
        if (exchange.isSent()) {
            throw new IOException("failed in the middle of an answer", refusal);
        }
        refusal.addHeader(exchange);
        exchange.json(refusal.status(), message(refusal.message()));
    }

    private void count(Exchange exchange) {
        served.computeIfAbsent(
                        exchange.status() / 100,
                        kind -> metrics.counter("fern_http_requests_total", "status", kind + "xx"))
                .increment();
    }

    static String message(String text) {
        return JsonObject.builder().set("message", text).build().toString();
    }

    private void route(Exchange exchange, Calls calls, Inlet inlet, Console console)
            throws RefusedException, IOException, InterruptedException {
        var path = exchange.path();
        int slash = path.indexOf('/', 1);
        var first = slash < 0 ? path : path.substring(0, slash);
        var rest = slash < 0 ? "" : path.substring(slash + 1);
        switch (first) {
            case "/v2" -> definitions(exchange);
            case "/invoke" -> {
                if (rest.isEmpty() || rest.contains("/")) {
                    throw RefusedException.notFound(exchange);
                }
                only("POST", exchange);
                calls.invoke(exchange, function(rest));
            }
            case "/t" -> calls.trigger(exchange, routes.bySource(rest));
            case "/fern" -> console.handle(exchange);
            case "/events" -> {
                if (!path.equals(first)) {
                    throw RefusedException.notFound(exchange);
                }
                inlet.take(only("POST", exchange));
            }
            default -> fixed(exchange);
        }
    }

    /// What calls the function with that id. One that is defined but cannot run says why.
    private Trigger function(String id) throws RefusedException {
        try {
            return routes.byId(id);
        } catch (RefusedException unknown) {
            throw control.status().functions().stream()
                    .filter(function -> function.id().equals(id))
                    .findFirst()
                    .map(Door::notRunning)
                    .orElse(unknown);
        }
    }

    private static RefusedException notRunning(Status.Function function) {
        return new RefusedException(503, function.absence()).with("Retry-After", "10");
    }

    private void fixed(Exchange exchange) throws RefusedException, IOException {
        switch (exchange.path()) {
            case "/" -> greeting(only("GET", exchange));
            case "/version" -> json(only("GET", exchange), 200, "version", VERSION);
            case "/health/live" -> json(only("GET", exchange), 200, "status", "up");
            case "/health/ready" -> readiness(only("GET", exchange));
            case "/metrics" ->
                only("GET", exchange).send(200, "text/plain; version=0.0.4; charset=utf-8", Exposition.write(metrics));
            default -> throw RefusedException.notFound(exchange);
        }
    }

    private static Exchange only(String method, Exchange exchange) throws RefusedException {
        if (!exchange.method().equals(method)) {
            throw RefusedException.notAllowed(exchange);
        }
        return exchange;
    }

    private void definitions(Exchange exchange) throws RefusedException, IOException {
        var body = exchange.body(MAX_DEFINITION_BYTES);
        var reply = api(exchange, body);
        if (reply.status() == 204) {
            exchange.send(204, new byte[0]);
        } else {
            exchange.json(reply.status(), reply.json());
        }
    }

    private Reply api(Exchange exchange, byte[] body) throws RefusedException {
        try {
            return api.handle(exchange.method(), exchange.path(), exchange.query(), body, exchange.baseUrl());
        } catch (UncheckedIOException e) {
            LOG.log(Level.ERROR, "the definitions of this device cannot be used", e);
            throw new RefusedException(500, "the definitions cannot be used: " + cause(e));
        }
    }

    private void readiness(Exchange exchange) throws IOException {
        boolean ready = control.ready();
        json(exchange, ready ? 200 : 503, "status", ready ? "ready" : "definitions are still being applied");
    }

    private static void json(Exchange exchange, int status, String name, String value) throws IOException {
        exchange.json(status, JsonObject.builder().set(name, value).build().toString());
    }

    private static void greeting(Exchange exchange) throws IOException {
        var accept = exchange.header("Accept");
        if (accept == null || !accept.contains("text/html")) {
            exchange.json(200, "{\"goto\":\"https://github.com/fnproject/fn\",\"hello\":\"world!\"}");
            return;
        }
        var page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Fern</title>"
                + "<p>Fern " + Vocabulary.VERSION
                + " runs here. What it runs: <a href=\"/fern/status\">/fern/status</a>."
                + " What its functions print: <a href=\"/fern/logs\">/fern/logs</a>."
                + " What it counts: <a href=\"/metrics\">/metrics</a>.</p></html>";
        exchange.send(200, "text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        listening = false;
        logs.close();
        if (server != null) {
            server.stop();
        }
    }
}
