package dev.fern.cli;

import dev.fern.Settings;
import dev.fern.config.ConfigReader;
import dev.fern.config.Reading;
import io.helidon.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "doctor",
        description = "Checks what the daemon depends on; each line is ok, or a problem and what to do.")
final class DoctorCommand implements Callable<Integer> {
    private static final int EACH_MS = 3000;
    private static final String SENSOR = "its bus is stuck: check the wiring, then switch the board off and on";

    private final Terminal terminal;
    private final Inspection inspection;
    private boolean problems;

    @Mixin
    private DaemonOptions options = new DaemonOptions();

    @Option(names = "--data", paramLabel = "DIR", description = "the state (default: FERN_DATA, or /var/lib/fern)")
    private @Nullable Path data;

    DoctorCommand(Terminal terminal, Inspection inspection) {
        this.terminal = terminal;
        this.inspection = inspection;
    }

    @Override
    public Integer call() throws InterruptedException {
        var settings = configuration();
        var functions = new ArrayList<JsonObject>();
        look("daemon", () -> Examinations.daemon(Daemon.find(options, terminal), functions));
        if (settings != null) {
            outside(settings);
            registries(settings, functions);
            look("pins", () -> List.of(Board.ofThisMachine().pins(settings, functions)));
            for (var name : settings.sensors().keySet()) {
                look("sensor " + name, SENSOR, () -> List.of(sensor(name, settings)));
            }
            look("data", () -> List.of(Examinations.data(settings.data())));
        }
        look("clock", () -> List.of(Examinations.clock(Instant.now())));
        look("memory", () -> List.of(Examinations.memory(Path.of("/proc/meminfo"))));
        return problems ? Cli.FAILED : 0;
    }

    private void outside(Settings settings) throws InterruptedException {
        if (settings.mqtt() instanceof Settings.Broker mqtt) {
            broker("mqtt", mqtt, settings);
        }
        for (var broker : settings.brokers().entrySet()) {
            broker("mqtt/" + broker.getKey(), broker.getValue(), settings);
        }
        if (settings.cloud() instanceof Settings.Cloud cloud) {
            look("cloud", () -> Examinations.cloud(cloud.url(), EACH_MS));
        }
    }

    private void broker(String about, Settings.Broker broker, Settings settings) throws InterruptedException {
        look(about, () -> List.of(Examinations.broker(about, broker.url(), EACH_MS)));
        if (broker.remoteCalls()) {
            print(Finding.ok(
                    about,
                    "remote-calls is on: whoever the broker lets publish to " + broker.prefix() + "/"
                            + settings.device().id() + "/invoke/# calls any function of this device"));
        }
    }

    /// Each one that functions' images come from, by one of them.
    private void registries(Settings settings, List<JsonObject> functions) throws InterruptedException {
        var images = new ArrayList<>(inspection.images(settings));
        functions.forEach(function -> images.add(function.stringValue("image", "")));
        var hosts = new TreeMap<String, String>();
        for (var image : images) {
            if (inspection.registry(image) instanceof String host) {
                hosts.put(host, image);
            }
        }
        if (hosts.isEmpty()) {
            print(Finding.ok("registry", "no function here has an image from one"));
        }
        for (var host : hosts.entrySet()) {
            look("registry", () -> {
                var problem = inspection.registry(host.getValue(), settings);
                return List.of(
                        problem == null
                                ? Finding.ok("registry", host.getKey() + " lets this device in")
                                : Finding.problem("registry", problem.why(), problem.whatToDo()));
            });
        }
    }

    private Finding sensor(String name, Settings settings) {
        var problem = inspection.sensor(name, settings);
        if (problem != null) {
            return Finding.problem("sensor " + name, problem.why(), problem.whatToDo());
        }
        return Finding.ok(
                "sensor " + name,
                settings.device().board().equals("simulated")
                        ? "simulated (device.board): nothing here is connected"
                        : "it answers");
    }

    private @Nullable Settings configuration() {
        return switch (new ConfigReader(terminal.environment()).read(options.config, data)) {
            case Reading.Good good -> {
                print(Finding.ok("config", "every key makes sense"));
                yield good.settings();
            }
            case Reading.Bad bad -> {
                bad.problems().forEach(problem -> print(new Finding(false, "config", problem.toString())));
                yield null;
            }
        };
    }

    /// Looks at one thing, and gives up on it in time: finding an address can take longer than any time-out
    /// of a socket.
    private void look(String about, Callable<List<Finding>> examination) throws InterruptedException {
        look(about, "check the network and the name server", examination);
    }

    private void look(String about, String late, Callable<List<Finding>> examination) throws InterruptedException {
        var task = new FutureTask<>(examination);
        Thread.ofVirtual().name("fern-doctor").start(task);
        try {
            task.get(EACH_MS + 500, TimeUnit.MILLISECONDS).forEach(this::print);
        } catch (TimeoutException e) {
            print(Finding.problem(about, "no answer in 3 s", late));
        } catch (ExecutionException e) {
            var why = e.getCause() == null ? e : e.getCause();
            print(new Finding(
                    false, about, why instanceof FailedException ? String.valueOf(why.getMessage()) : why.toString()));
        }
    }

    private void print(Finding finding) {
        problems |= !finding.isOk();
        terminal.out().println(finding);
    }
}
