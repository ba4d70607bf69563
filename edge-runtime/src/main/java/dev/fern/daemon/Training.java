package dev.fern.daemon;

import dev.fern.Settings;
import dev.fern.cli.Cli;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What `fern aot` lets the JVM watch to make an AOT cache: the daemon with a function of each kind and some calls, and
/// the commands that ask it. All in a throw-away folder; nothing but loopback.
public final class Training {
    private static final int CALLS = 20;
    private static final long PATIENCE_S = 120;

    private final boolean javaScript;
    private final Path folder;
    private final HttpClient client = HttpClient.newHttpClient();

    private Training(boolean javaScript, Path folder) {
        this.javaScript = javaScript;
        this.folder = folder;
    }

    /// Ends with exit code 0 if everything went as it should.
    ///
    /// @param args the profile (`base`, or `full` with JavaScript), and a folder that is not there yet
    public static void main(String[] args) throws IOException {
        System.setProperty("java.util.logging.manager", LogKeeper.class.getName());
        var training = new Training(args[0].equals("full"), Path.of(args[1]));
        TrainingFunctions.write(training.folder.resolve("training"), training.javaScript);
        var config = Files.writeString(training.folder.resolve("fern.yaml"), """
                functions: training
                device: {id: training, board: simulated}
                http: {listen: "127.0.0.1:0"}
                """);
        var data = training.folder.resolve("data").toString();
        System.exit(Cli.run(
                new String[] {"run", "--config", config.toString(), "--data", data}, training::run, new Inspector()));
    }

    private int run(Settings settings) throws InterruptedException {
        LogFormat.install();
        var daemon = new Daemon(settings, Main.fdkJars());
        try (daemon) {
            var url = URI.create("http://127.0.0.1:" + daemon.start());
            awaitReady(url);
            var functions = new ArrayList<>(List.of("java", "wasm"));
            if (javaScript) {
                functions.add("javascript");
            }
            for (int i = 0; i < CALLS; i++) {
                for (var name : functions) {
                    ask(url.resolve("/t/training/" + name), true);
                }
            }
            ask(url.resolve("/metrics"), false);
            for (var command : List.of("status", "list", "calls", "logs")) {
                check(
                        Cli.run(new String[] {command, "--url", url.toString()}, _ -> 1, new Inspector()) == 0,
                        "fern " + command);
            }
            var invoke = new String[] {"invoke", "training", "wasm", "--url", url.toString()};
            check(Cli.run(invoke, _ -> 1, new Inspector()) == 0, "fern invoke");
            return 0;
        } catch (StartException | IOException | IllegalStateException e) {
            System.err.println("the training run broke off: " + e.getMessage());
            return 1;
        }
    }

    private void awaitReady(URI url) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (get(url.resolve("/health/ready")) != 200) {
            check(System.nanoTime() < end, "being ready");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private int get(URI url) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString())
                .statusCode();
    }

    private void ask(URI url, boolean post) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(url);
        if (post) {
            request.header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"room\": \"bay 1\", \"celsius\": 31.5}"));
        }
        var answer = client.send(request.build(), BodyHandlers.ofString());
        check(answer.statusCode() == 200, url.getPath() + " (" + answer.statusCode() + " " + answer.body() + ")");
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what + " failed");
        }
    }
}
