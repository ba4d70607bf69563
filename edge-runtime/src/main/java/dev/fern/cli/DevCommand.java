package dev.fern.cli;

import dev.fern.FnName;
import dev.fern.Settings;
import dev.fern.config.AnyDevice;
import dev.fern.config.ConfigReader;
import dev.fern.config.Reading;
import dev.fern.publish.Workshop;
import dev.fern.sync.FolderSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "dev",
        description =
                "Runs the functions of these folders on a simulated board and a private broker; builds and reloads"
                        + " them on save.")
final class DevCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final Launch launch;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "DIR",
            description = "folders with a func.yaml, or of such (default: here)")
    private List<Path> folders = new ArrayList<>();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "pins, variables and the like (default: the fern.yaml beside or above, else whatever the"
                    + " functions name); its broker, board and functions are not used")
    private @Nullable Path config;

    @Option(names = "--port", paramLabel = "PORT", description = "where it listens on 127.0.0.1 (default: 8080)")
    private int port = 8080;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "keep the state there (default: a folder that is removed at the end)")
    private @Nullable Path data;

    DevCommand(Terminal terminal, Launch launch) {
        this.terminal = terminal;
        this.launch = launch;
    }

    @Override
    public Integer call() throws Exception {
        if (port < 0 || port > 65_535) {
            throw new ParameterException(
                    Objects.requireNonNull(spec, "set by picocli").commandLine(),
                    "--port " + port + " is no port; give 0 (a free one) to 65535");
        }
        var given = folders.isEmpty() ? List.of(Path.of("")) : folders;
        var functions = new ArrayList<Path>();
        for (var folder : given) {
            functions.addAll(functionsIn(folder.toAbsolutePath().normalize()));
        }
        return switch (reading(functions)) {
            case Reading.Bad(var problems) -> {
                problems.forEach(terminal.err()::println);
                yield Cli.BAD_CONFIGURATION;
            }
            case Reading.Good(var like) -> run(like, given, functions);
        };
    }

    private static List<Path> functionsIn(Path folder) throws FailedException {
        if (DeviceFile.function(folder) != null) {
            return List.of(folder);
        }
        try (var children = Files.list(folder)) {
            var found = children.filter(child -> DeviceFile.function(child) != null)
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw new FailedException("there is no func.yaml in " + folder
                        + " or the folders in it; make one with fn init, or name a folder that has one");
            }
            return found;
        } catch (IOException e) {
            throw new FailedException("the folder " + folder + " cannot be read; name one that is there");
        }
    }

    /// The device that the functions are for, or one that has all that they name.
    private Reading reading(List<Path> functions) throws IOException {
        var file = config;
        var text = new StringBuilder();
        for (var func : files(functions)) {
            file = file == null ? DeviceFile.near(func) : file;
            text.append(Files.readString(func)).append('\n');
        }
        return file == null
                ? new Reading.Good(AnyDevice.with(text.toString()))
                : new ConfigReader(terminal.environment()).read(file, null);
    }

    private static List<Path> files(List<Path> functions) {
        return functions.stream()
                .map(DeviceFile::function)
                .filter(Objects::nonNull)
                .toList();
    }

    private int run(Settings like, List<Path> given, List<Path> functions) throws Exception {
        try (var workshop = new Workshop(files(functions), terminal.err()::println)) {
            var scratch = new Scratch();
            workshop.build();
            var broker = broker(scratch);
            var settings = AnyDevice.simulated(
                    like,
                    oneFolder(given, functions, scratch),
                    broker == null ? null : broker.url(),
                    "127.0.0.1:" + port,
                    data == null ? scratch.folder("data") : data.toAbsolutePath());
            greet(settings, broker, functions.size());
            workshop.watch();
            return scratch.during(() -> launch.run(settings));
        }
    }

    /// The source takes one folder; several are shown in one.
    private static Path oneFolder(List<Path> given, List<Path> functions, Scratch scratch) throws IOException {
        if (given.size() == 1) {
            return given.getFirst().toAbsolutePath().normalize();
        }
        var all = scratch.folder("dev");
        for (var function : functions) {
            var name = Objects.requireNonNull(function.getFileName(), "it is not /")
                    .toString();
            var link = all.resolve(name);
            for (int more = 2; Files.exists(link); more++) {
                link = all.resolve(name + "-" + more);
            }
            Files.createSymbolicLink(link, function);
        }
        return all;
    }

    private @Nullable PrivateBroker broker(Scratch scratch) throws FailedException, IOException, InterruptedException {
        if (!PrivateBroker.available(terminal)) {
            terminal.err()
                    .println("fern: there is no broker, as mosquitto is not on this machine: functions with mqtt say so"
                            + " (apt install mosquitto)");
            return null;
        }
        var broker = PrivateBroker.start(scratch.folder("broker"), terminal);
        scratch.closeAtEnd(broker);
        return broker;
    }

    private void greet(Settings settings, @Nullable PrivateBroker broker, int count) {
        var err = terminal.err();
        err.println((count == 1 ? "1 function" : count + " functions") + " on a simulated board; Ctrl-C ends it");
        if (broker != null) {
            err.println("broker:  " + broker.url() + "   mosquitto_sub -p " + broker.port() + " -t '#' -v");
        }
        if (port != 0) {
            err.println("device:  http://127.0.0.1:" + port + "   fern status --url http://127.0.0.1:" + port);
        }
        for (FnName elsewhere : FolderSource.elsewhere(settings)) {
            err.println("fern: " + elsewhere + " is for devices with other labels (fern/devices); give this one such in"
                    + " device.labels of a fern.yaml beside it");
        }
    }
}
