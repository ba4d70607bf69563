package dev.fern.e2e.bench;

import dev.fern.e2e.Child;
import dev.fern.e2e.FernProcess;
import dev.fern.e2e.Stage;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How long a deployment takes, and how much of it goes over the wire and to the disk: `./dev bench deploy`. The real
/// command, registry, broker and daemon; the Fn server is Fern's own API behind the JDK's web server. Between these
/// stand
/// [Wiretap]s.
public final class Deployments implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String ACCEPT =
            "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

    /// How much.
    ///
    /// @param rounds of each function after its first deployment
    /// @param based whether base images are made, else images have none
    public record Plan(int rounds, boolean based, List<DeploySample> samples) {
        /// About two minutes.
        public static final Plan LONG = new Plan(
                5, true, List.of(DeploySample.JAVA, DeploySample.LIBRARY, DeploySample.JACKSON, DeploySample.SCRIPT));
        /// Whether it works at all.
        public static final Plan SHORT = new Plan(1, false, List.of(DeploySample.JAVA));
    }

    /// A line of the daemon's log.
    private record Logged(String line, long nanos) {}

    private final Plan plan;
    private final Stage stage = new Stage();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Wiretap registry;
    private final Wiretap cloudOfCommand;
    private final Wiretap cloudOfDevice;
    private final FernProcess fern;
    private final ConcurrentLinkedQueue<Logged> log = new ConcurrentLinkedQueue<>();

    private Deployments(Plan plan) throws IOException, InterruptedException {
        this.plan = plan;
        try {
            registry = new Wiretap(stage.registry().port());
            cloudOfCommand = new Wiretap(stage.cloud().url().getPort());
            cloudOfDevice = new Wiretap(stage.cloud().url().getPort());
            fern = FernProcess.start(stage.sandbox(), """
                    cloud: {url: "http://%s", apps: [%s], every: 1h}
                    mqtt: {url: "%s"}
                    """.formatted(
                            cloudOfDevice.address(), Stage.APP, stage.broker().url()));
            fern.process().follow(line -> log.add(new Logged(line, System.nanoTime())));
        } catch (IOException | InterruptedException | RuntimeException e) {
            stage.close();
            throw e;
        }
    }

    /// Measures all.
    ///
    /// @param progress is told what is measured now
    /// @return the tables for docs/benchmarks.md
    public static List<String> run(Plan plan, Consumer<String> progress) throws IOException, InterruptedException {
        try (var deployments = new Deployments(plan)) {
            if (plan.based) {
                progress.accept("making base images");
                deployments.makeBases();
            }
            var all = new ArrayList<Deployed>();
            for (int round = 0; round <= plan.rounds; round++) {
                for (var sample : plan.samples) {
                    var one = deployments.round(sample, round);
                    progress.accept("%s: %s".formatted(sample.title(), one));
                    all.add(one);
                }
            }
            return DeployReport.of(all);
        }
    }

    private void makeBases() throws IOException, InterruptedException {
        var scratch = stage.sandbox().folder("bases");
        var made = new HashSet<String>();
        for (var sample : plan.samples) {
            if (made.add(sample.base())) {
                sample.pushBase(registry.address(), scratch);
            }
        }
    }

    private Deployed round(DeploySample sample, int round) throws IOException, InterruptedException {
        var folder = sample.write(stage.sandbox().folder("functions"), round + 1, registry.address());
        long kernelBefore = kernelBytes();
        var before = Written.files(fern);
        long start = System.nanoTime();
        var command = command(folder);
        long answered = firstAnswer(sample, sample.mark(round + 1), start, command);
        var image = image(command.awaitSuccess(LIMIT));
        // the command waits 2 s for more devices, so that all is written that will be
        var heard = new Deployed.Heard(registry.since(start), cloudOfCommand.since(start), cloudOfDevice.since(start));
        long pushed = pushed(heard.registry());
        long counted = Written.files(fern) - before;
        var digest = image.substring(image.indexOf('@') + 1);
        return Deployed.of(
                sample,
                round == 0,
                pushed,
                running(digest),
                answered,
                heard,
                new Deployed.Sizes(
                        bundleBytes(digest),
                        imageBytes(image),
                        heard.registryBytes(pushed, false),
                        heard.registryBytes(pushed, true),
                        kernelBytes() - kernelBefore,
                        counted));
    }

    private Child command(Path folder) throws IOException {
        var words = new ArrayList<>(List.of(
                Path.of(System.getProperty("fern.home", "."), "fern")
                        .toAbsolutePath()
                        .toString(),
                "deploy",
                folder.toString(),
                "--no-build",
                "--app",
                Stage.APP,
                "--mqtt",
                stage.broker().url().toString()));
        if (!plan.based) {
            words.add("--edge-only");
        }
        var where = Map.of(
                "FN_API_URL", "http://" + cloudOfCommand.address(),
                "FN_REGISTRY", registry.address() + "/acme",
                "HOME", stage.sandbox().folder("home").toString());
        return stage.sandbox().start(words, where);
    }

    /// Asks from the end of the push on, a thousand times a second at the most.
    private long firstAnswer(DeploySample sample, String mark, long start, Child command)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(fern.url().resolve("/t/" + Stage.APP + "/" + sample.name()))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(sample.body()))
                .build();
        while (pushed(registry.since(start)) == 0) {
            check(start, command);
            TimeUnit.MILLISECONDS.sleep(5);
        }
        while (true) {
            var answer = client.send(request, BodyHandlers.ofString());
            if (answer.statusCode() == 200 && answer.body().contains(mark)) {
                return System.nanoTime();
            }
            check(start, command);
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static void check(long start, Child command) throws IOException {
        if (command.exitCode() instanceof Integer code && code != 0 || System.nanoTime() - start > LIMIT.toNanos()) {
            throw new IOException(
                    "the function did not come; fern deploy wrote:\n" + String.join("\n", command.output()));
        }
    }

    /// When the registry had confirmed what the tag means, or 0.
    private static long pushed(List<Wiretap.Request> requests) {
        return requests.stream()
                .filter(request ->
                        request.method().equals("PUT") && request.path().contains("/manifests/"))
                .filter(request -> request.down() > 0)
                .mapToLong(Wiretap.Request::endNanos)
                .findFirst()
                .orElse(0);
    }

    /// `REGISTRY/NAME:TAG@DIGEST` of what the command wrote.
    private static String image(List<String> said) throws IOException {
        return said.stream()
                .filter(line -> line.startsWith(Stage.APP + "/") && line.contains("@sha256:"))
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .findFirst()
                .orElseThrow(() -> new IOException("fern deploy named no image:\n" + String.join("\n", said)));
    }

    private long running(String digest) throws IOException {
        return log.stream()
                .filter(logged -> logged.line.contains(" runs ") && logged.line.contains(digest))
                .mapToLong(Logged::nanos)
                .findFirst()
                .orElseThrow(() -> new IOException("the daemon has not logged that it runs " + digest));
    }

    private long kernelBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + fern.process().pid() + "/io")).stream()
                .filter(line -> line.startsWith("write_bytes: "))
                .mapToLong(line -> Long.parseLong(line.substring("write_bytes: ".length())))
                .findFirst()
                .orElseThrow();
    }

    /// The sizes of the function's own files on the device.
    private long bundleBytes(String digest) throws IOException {
        var name = digest.substring(digest.indexOf(':') + 1);
        try (var files = Files.walk(fern.data())) {
            var root = files.filter(path -> path.endsWith(Path.of("bundles", name, "root")))
                    .findFirst()
                    .orElseThrow(() -> new IOException("the device has no bundle of " + digest));
            long bytes = 0;
            try (var own = Files.walk(root)) {
                for (var file : own.filter(Files::isRegularFile).toList()) {
                    bytes += Files.size(file);
                }
            }
            return bytes;
        }
    }

    /// Manifest, configuration and all layers, as somebody would fetch them who has none.
    private long imageBytes(String image) throws IOException, InterruptedException {
        var path = image.substring(image.indexOf('/') + 1, image.lastIndexOf(':', image.indexOf('@')));
        var uri = URI.create("http://" + stage.registry().address() + "/v2/" + path + "/manifests/"
                + image.substring(image.indexOf('@') + 1));
        var request = HttpRequest.newBuilder(uri).header("Accept", ACCEPT).build();
        var answer = client.send(request, BodyHandlers.ofString()).body();
        var manifest = JsonParser.create(answer).readJsonObject();
        return answer.length()
                + size(manifest.objectValue("config").orElse(null))
                + manifest.arrayValue("layers").orElseThrow().values().stream()
                        .mapToLong(layer -> size(layer.asObject()))
                        .sum();
    }

    private static long size(@Nullable JsonObject descriptor) {
        return descriptor == null
                ? 0
                : descriptor.numberValue("size").orElseThrow().longValue();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        client.close();
        try (registry;
                cloudOfCommand;
                cloudOfDevice) {
            fern.close();
        } finally {
            stage.close();
        }
    }
}
