package dev.fern.e2e;

import dev.fern.Vocabulary;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.common.MqttException;

/// A device and its world on this machine, for whoever wants to see Fern work: `./dev demo`. Plays on until it is
/// interrupted; with `--once` it plays the scene once and its exit code says whether all came that should.
public final class Demo {
    private static final Duration READY = Duration.ofSeconds(60);

    private Demo() {}

    public static void main(String[] args) throws InterruptedException {
        var arguments = List.of(args);
        if (!arguments.isEmpty() && !arguments.equals(List.of("--once"))) {
            System.err.println("usage: ./dev demo [--once]");
            System.exit(2);
        }
        boolean good = false;
        try {
            good = run(!arguments.isEmpty());
        } catch (IOException | MqttException | RuntimeException e) {
            if (interrupted()) {
                // what fails now fails because everything is being stopped
                Thread.sleep(Long.MAX_VALUE);
            }
            System.err.println("The demo broke off: " + e.getMessage());
        }
        System.exit(good ? 0 : 1);
    }

    /// Whether the JVM is on its way down already, by Ctrl-C.
    private static boolean interrupted() {
        try {
            Runtime.getRuntime().removeShutdownHook(new Thread());
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private static boolean run(boolean once) throws IOException, InterruptedException, MqttException {
        say("Starting a broker, a registry, an Fn server and a device with Fern " + Vocabulary.VERSION + " ...");
        try (var stage = new Stage()) {
            var samples = Stage.samples();
            for (var sample : samples) {
                stage.deploy(Stage.sample(sample));
            }
            var fern = stage.startFern();
            awaitReady(fern, samples.size());
            explain(stage, fern, samples);
            try (var scene = new Scene(stage, fern, Demo::say)) {
                play(scene);
                if (!once) {
                    playOn(scene);
                }
                return judge(scene, fern);
            }
        }
    }

    /// Until each function is there and ready.
    private static void awaitReady(FernProcess fern, int functions) throws IOException, InterruptedException {
        long end = System.nanoTime() + READY.toNanos();
        while (true) {
            var status = JsonParser.create(fern.get("/fern/status").body()).readJsonObject();
            var all = status.arrayValue("functions").orElseThrow().values().stream()
                    .map(JsonObject.class::cast)
                    .toList();
            var waiting = all.stream()
                    .filter(fn -> !fn.stringValue("state", "").equals("ready"))
                    .map(fn -> fn.stringValue("name", "") + " is " + fn.stringValue("state", "") + ": "
                            + fn.stringValue("why", "no reason given"))
                    .toList();
            if (all.size() == functions && waiting.isEmpty()) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new IOException("after " + READY.toSeconds() + " s the device has " + all.size() + " of "
                        + functions + " functions; " + String.join("; ", waiting));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static void explain(Stage stage, FernProcess fern, List<String> samples) {
        say("""

                What runs on this machine now, for real; only the pins are simulated:

                  broker    mosquitto        127.0.0.1:%d
                  registry  docker-registry  %-22s  has %s as images
                  cloud     Fn server        %-22s  says what runs: the app %s
                  device    ./fern run       %-22s  runs it, in one process
                  files     %s

                While it plays, try in another terminal:

                  mosquitto_sub -p %1$d -v -t 'alerts/#' -t 'house/#'
                  mosquitto_pub -p %1$d -t greenhouse/bay7/temperature -m 35
                  curl '%6$s/t/%5$s/hello?name=Ada'
                  ./fern status --url %6$s
                  ./fern emit gpio 17 rising --url %6$s

                The time is from the event to its result, as somebody outside sees it. The first call of a function is its
                slowest; the bell button is debounced, 20 ms of its time. Ctrl-C ends everything and removes the files.
                """.formatted(
                        stage.broker().port(),
                        stage.registry().address(),
                        String.join(", ", samples),
                        stage.cloud().url(),
                        Stage.APP,
                        fern.url(),
                        stage.sandbox().folder()));
        say(Scene.HEADING);
    }

    private static void play(Scene scene) throws IOException, InterruptedException, MqttException {
        scene.temperature("bay1", 31.5);
        scene.temperature("bay1", 22.0);
        scene.bell();
        scene.greeting("Ada");
    }

    private static boolean judge(Scene scene, FernProcess fern) {
        if (scene.missing().isEmpty()) {
            say("\nAll " + scene.results() + " results came.");
            return true;
        }
        say("\nThe device wrote:\n");
        fern.process().output().forEach(line -> say("  " + line));
        say("\nMissing: " + String.join("; ", scene.missing()) + ".");
        return false;
    }

    /// A day in the greenhouse, over and over: a reading each second, and now and then somebody at the door.
    private static void playOn(Scene scene) throws IOException, InterruptedException, MqttException {
        for (int second = 0; ; second++) {
            TimeUnit.SECONDS.sleep(1);
            scene.temperature("bay1", Math.round(10 * (28 + 5 * Math.sin(second / 3.0))) / 10.0);
            if (second % 7 == 6) {
                scene.bell();
            }
            if (second % 5 == 4) {
                scene.greeting(second % 2 == 0 ? "Ada" : "Grace");
            }
        }
    }

    private static void say(String text) {
        System.out.println(text);
    }
}
