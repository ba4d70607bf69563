package dev.fern.e2e;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/// The daemon as its users run it: `fern run` on a simulated board, as a process of its own with a configuration and a
/// state folder of its own. It can be stopped or killed, and started again on the same state.
public final class FernProcess implements AutoCloseable {
    private static final Duration UP = Duration.ofSeconds(60);
    /// A system call in a Linux that is a process costs many times what it costs outside.
    private static final Duration UP_IN_UML = Duration.ofMinutes(3);
    private static final Duration DOWN = Duration.ofSeconds(30);
    private static final Duration CACHES = Duration.ofMinutes(15);
    private static final String SIMULATED = "simulated";
    private static boolean cachesMade;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Sandbox sandbox;
    private final Path program;
    private final Map<String, String> environment;
    private final String device = "e2e-" + UUID.randomUUID().toString().substring(0, 8);
    private final URI url;
    private final Path config;
    private final Path data;
    private final Duration up;
    private Child child;

    private FernProcess(
            Sandbox sandbox, Path program, String board, Duration up, String yaml, Map<String, String> environment)
            throws IOException, InterruptedException {
        this.sandbox = sandbox;
        this.program = program;
        this.up = up;
        this.environment = environment;
        int port = Sandbox.freePort();
        url = URI.create("http://127.0.0.1:" + port);
        config = Files.writeString(
                sandbox.folder(device).resolve("fern.yaml"), """
                device: {id: %s, board: %s}
                http: {listen: "127.0.0.1:%d"}
                %s""".formatted(device, board, port, yaml));
        data = sandbox.folder(device + "/data");
        child = launch();
    }

    /// Starts `./fern` of this checkout and returns when it is ready.
    ///
    /// @param yaml fern.yaml without `device:` and `http:`
    /// @throws IOException with what it wrote if it is not ready within a minute
    public static FernProcess start(Sandbox sandbox, String yaml) throws IOException, InterruptedException {
        return start(sandbox, yaml, Map.of());
    }

    /// The same with variables for `./fern`, such as FERN_AOT.
    public static FernProcess start(Sandbox sandbox, String yaml, Map<String, String> environment)
            throws IOException, InterruptedException {
        var program = program();
        makeCaches(sandbox, program);
        return new FernProcess(sandbox, program, SIMULATED, UP, yaml, environment);
    }

    static FernProcess start(Sandbox sandbox, Path program, String yaml) throws IOException, InterruptedException {
        return new FernProcess(sandbox, program.toAbsolutePath(), SIMULATED, UP, yaml, Map.of());
    }

    /// The same in a [Uml], on the pins that its kernel has. What `./fern` runs with is as this machine has it.
    public static FernProcess startOnPins(Sandbox sandbox, String board, String yaml)
            throws IOException, InterruptedException {
        return new FernProcess(sandbox, program(), board, UP_IN_UML, yaml, Map.of());
    }

    private static Path program() {
        return Path.of(System.getProperty("fern.home", "."), "fern").toAbsolutePath();
    }

    /// Once: Maven makes the jars anew, but not the AOT caches that users have, as `./dev build` does.
    private static synchronized void makeCaches(Sandbox sandbox, Path program)
            throws IOException, InterruptedException {
        if (!cachesMade) {
            sandbox.start(List.of(program.toString(), "aot"), Map.of()).awaitSuccess(CACHES);
            cachesMade = true;
        }
    }

    /// Begins a start and waits for nothing.
    public Child begin() throws IOException {
        var variables = new HashMap<>(environment);
        variables.put("FERN_JAVA_OPTS", javaOptions());
        return sandbox.start(commandLine(), variables);
    }

    private Child launch() throws IOException, InterruptedException {
        var started = begin();
        long end = System.nanoTime() + up.toNanos();
        while (!ready()) {
            if (!started.alive()) {
                throw started.failure("ended with exit code " + started.exitCode());
            }
            if (System.nanoTime() > end) {
                started.kill();
                throw started.failure("was not ready within " + up.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return started;
    }

    /// How it is started.
    public List<String> commandLine() {
        return List.of(program.toString(), "run", "--config", config.toString(), "--data", data.toString());
    }

    /// A temporary folder of its own, so that one can see what a killed daemon leaves.
    private String javaOptions() throws IOException {
        var given = environment.getOrDefault("FERN_JAVA_OPTS", System.getenv().getOrDefault("FERN_JAVA_OPTS", ""));
        return given + " -Djava.io.tmpdir=" + temporary();
    }

    /// Its temporary folder.
    public Path temporary() throws IOException {
        return sandbox.folder(device + "/tmp");
    }

    /// Whether this very device says that it is ready: somebody else might have been quicker to take the port.
    private boolean ready() throws InterruptedException {
        try {
            return get("/health/ready").statusCode() == 200
                    && JsonParser.create(get("/fern/status").body())
                            .readJsonObject()
                            .stringValue("device", "")
                            .equals(device);
        } catch (IOException e) {
            return false;
        }
    }

    /// Its `device.id`.
    public String device() {
        return device;
    }

    /// The root of its HTTP interface.
    public URI url() {
        return url;
    }

    /// Its configuration, which a restart reads again.
    public Path config() {
        return config;
    }

    /// Its state folder.
    public Path data() {
        return data;
    }

    /// The process that runs now.
    public Child process() {
        return child;
    }

    /// Asks it something over HTTP.
    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(url.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    /// Sends it something over HTTP.
    public HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(url.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    /// Waits until no function is `loading` any more: each broker that its triggers name has acknowledged the
    /// subscription. A daemon is ready before its broker is there, and what is published until then is lost.
    ///
    /// @return this
    /// @throws IOException with its status if that does not happen within a minute
    public FernProcess awaitListening() throws IOException, InterruptedException {
        long end = System.nanoTime() + up.toNanos();
        while (functions().stream().anyMatch(fn -> fn.stringValue("state", "").equals("loading"))) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "a function is still loading: " + get("/fern/status").body());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return this;
    }

    /// The id that it calls a function by.
    public String functionId(String name) throws IOException, InterruptedException {
        return functions().stream()
                .filter(fn -> fn.stringValue("name", "").equals(name))
                .map(fn -> fn.stringValue("id", ""))
                .findFirst()
                .orElseThrow();
    }

    private List<JsonObject> functions() throws IOException, InterruptedException {
        var status = JsonParser.create(get("/fern/status").body()).readJsonObject();
        return status.arrayValue("functions").orElseThrow().values().stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    /// Runs another command of the same program against this daemon, such as `emit gpio 17 rising`.
    ///
    /// @return what it wrote
    /// @throws IOException with what it wrote if it did not end with exit code 0 within 30 s
    public List<String> run(String... command) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of(program.toString()));
        line.addAll(List.of(command));
        return sandbox.start(line, Map.of("FERN_URL", url.toString())).awaitSuccess(UP);
    }

    /// Ends it in good order.
    public void stop() throws IOException, InterruptedException {
        child.stop(DOWN);
    }

    /// Ends it as a power cut would.
    public void kill() {
        child.kill();
    }

    /// Starts it again on the same state, and returns when it is ready.
    public void restart() throws IOException, InterruptedException {
        child = launch();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        client.close();
        if (child.alive()) {
            stop();
        }
    }
}
