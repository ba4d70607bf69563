package dev.fern.e2e;

import dev.fern.e2e.Sightings.Sighting;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

/// What is played to a device with the samples on it, and what comes of it: each event is made as the world
/// makes it, each result is seen from outside. A line is printed for each result; what does not come in time
/// is noted. One thread.
final class Scene implements AutoCloseable {
    /// One line of the scene, as a heading.
    static final String HEADING = line("event", "function", "after", "result").replace("->", "  ");

    private static final Duration LIMIT = Duration.ofSeconds(10);
    /// LIMIT in too-hot's func.yaml.
    private static final double TOO_HOT = 30;
    private static final String FAN = "gpio 27";
    private static final Pattern LEVEL = Pattern.compile("INFO gpio: (gpio \\d+) (high|low)\\b.*");
    private static final Pattern RUNG_AT = Pattern.compile("\"at\":\"([^\"]+)\"");
    private static final int SHOWN = 52;

    /// @param kind tells it from everything else that happens there
    private record Expected(String where, Predicate<String> kind, String text) {}

    /// @param text as it is shown
    private record Outcome(long nanos, String text) {}

    private final FernProcess fern;
    private final Consumer<String> out;
    private final Sightings seen = new Sightings();
    private final Bystander sensor;
    private final Bystander listener;
    private final List<String> missing = new ArrayList<>();
    private int results;

    /// @param out takes the lines
    Scene(Stage stage, FernProcess fern, Consumer<String> out) throws MqttException {
        this.fern = fern;
        this.out = out;
        sensor = new Bystander(stage.broker().url());
        listener = new Bystander(stage.broker().url(), seen, "alerts/#", "house/#");
        fern.process().follow(this::read);
        fern.process().output().forEach(this::read);
    }

    private void read(String logLine) {
        var level = LEVEL.matcher(logLine);
        if (level.matches()) {
            seen.add(level.group(1), level.group(2));
        }
    }

    /// A sensor publishes a temperature: the fan runs or stands, an alert is raised or taken back.
    void temperature(String bay, double celsius) throws MqttException, InterruptedException {
        boolean hot = celsius > TOO_HOT;
        var topic = "alerts/" + bay + "/heat";
        var expected = new ArrayList<Expected>();
        expected.add(
                hot
                        ? new Expected(topic, text -> text.contains("\"celsius\":" + celsius), "an alert on " + topic)
                        : new Expected(topic, String::isEmpty, "an empty message on " + topic));
        var level = hot ? "high" : "low";
        // a line that has its level already does not change
        if (!level.equals(seen.last(FAN))) {
            expected.add(new Expected(FAN, level::equals, FAN + " going " + level));
        }
        var reading = "greenhouse/" + bay + "/temperature";
        long start = System.nanoTime();
        sensor.publish(reading, String.valueOf(celsius));

        var outcomes = new ArrayList<Outcome>();
        var event = "mqtt " + reading + " " + celsius;
        for (var one : expected) {
            if (await(event, one, start) instanceof Sighting sighting) {
                outcomes.add(new Outcome(sighting.nanos() - start, show(sighting)));
            }
        }
        print(event, "too-hot", outcomes);
    }

    /// Somebody presses the bell: a message says so.
    void bell() throws IOException, InterruptedException {
        long start = System.nanoTime();
        fern.run("emit", "gpio", "17", "rising");

        var outcomes = new ArrayList<Outcome>();
        var expected = new Expected("house/door", text -> rungAt(text) != null, "a message on house/door");
        if (await("gpio 17 rising", expected, start) instanceof Sighting sighting
                && rungAt(sighting.what()) instanceof Instant edge) {
            // the command takes its time to start; what counts begins with the edge
            outcomes.add(new Outcome(Duration.between(edge, sighting.at()).toNanos(), show(sighting)));
        }
        print("gpio 17 rising", "doorbell", outcomes);
    }

    private static @Nullable Instant rungAt(String message) {
        var at = RUNG_AT.matcher(message);
        return at.find() ? Instant.parse(at.group(1)) : null;
    }

    /// Somebody asks for a greeting.
    void greeting(String name) throws IOException, InterruptedException {
        var path = "/t/" + Stage.APP + "/hello?name=" + name;
        var event = "http GET " + path;
        long start = System.nanoTime();
        var answer = fern.get(path);
        long took = System.nanoTime() - start;

        if (answer.statusCode() == 200 && answer.body().equals("Hello, " + name + "!")) {
            results++;
        } else {
            missing.add("Hello, " + name + "! as the answer to " + event);
        }
        print(event, "hello", List.of(new Outcome(took, "http " + answer.statusCode() + " " + answer.body())));
    }

    private @Nullable Sighting await(String event, Expected expected, long start) throws InterruptedException {
        var sighting =
                seen.await(start, LIMIT, one -> one.where().equals(expected.where) && expected.kind.test(one.what()));
        if (sighting == null) {
            missing.add(expected.text + " within " + LIMIT.toSeconds() + " s of " + event);
        } else {
            results++;
        }
        return sighting;
    }

    private static String show(Sighting sighting) {
        if (sighting.where().equals(FAN)) {
            return FAN + " " + sighting.what()
                    + (sighting.what().equals("high") ? ", the fan runs" : ", the fan stands");
        }
        return "mqtt " + sighting.where() + " " + (sighting.what().isEmpty() ? "(empty: no alert)" : sighting.what());
    }

    private void print(String event, String function, List<Outcome> outcomes) {
        if (outcomes.isEmpty()) {
            out.accept(line(event, function, "", "nothing within " + LIMIT.toSeconds() + " s"));
        }
        var rest = outcomes.stream()
                .sorted(Comparator.comparingLong(Outcome::nanos))
                .toList();
        for (int i = 0; i < rest.size(); i++) {
            var after = String.format(Locale.ROOT, "%.1f ms", rest.get(i).nanos / 1e6);
            out.accept(i == 0 ? line(event, function, after, rest.get(i).text) : line("", "", after, rest.get(i).text));
        }
    }

    private static String line(String event, String function, String after, String result) {
        var arrow = event.isEmpty() ? "  " : "->";
        var shown = result.length() > SHOWN ? result.substring(0, SHOWN - 3) + "..." : result;
        return "%-37s %s %-8s %s %9s  %s".formatted(event, arrow, function, arrow, after, shown);
    }

    /// How many results came.
    int results() {
        return results;
    }

    /// What did not come, in the order in which it was missed.
    List<String> missing() {
        return missing;
    }

    @Override
    public void close() throws MqttException {
        sensor.close();
        listener.close();
    }
}
