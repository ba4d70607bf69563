package dev.fern.cli;

import io.helidon.json.JsonObject;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "emit",
        description =
                "Makes an event: a message to an MQTT topic, an edge at a pin or a reading of a sensor of a simulated board.")
final class EmitCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DaemonOptions options = new DaemonOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "mqtt|gpio|sensor", description = "what kind of event")
    private String type = "";

    @Parameters(index = "1", paramLabel = "TOPIC|PIN|NAME", description = "the topic, the pin, or the sensor")
    private String address = "";

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "BODY|EDGE|VALUES",
            description =
                    "the message's body (default: empty); rising or falling for a pin; for a sensor its new values,"
                            + " such as {\"temperature\":31} (default: as before)")
    private String body = "";

    EmitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws FailedException {
        if (!List.of("mqtt", "gpio", "sensor").contains(type)) {
            throw wrong("'" + type + "' is no kind of event; give mqtt, gpio or sensor");
        }
        if (type.equals("gpio") && !List.of("rising", "falling").contains(body)) {
            throw wrong("a pin needs an edge; give rising or falling");
        }
        if (body.matches("--?[A-Za-z].*")
                && !spec().commandLine().getParseResult().originalArgs().contains("--")) {
            throw wrong("there is no option " + body + "; write -- before a body that starts like one");
        }
        var event = JsonObject.builder()
                .set("type", type)
                .set("address", address)
                .set("body", body)
                .build();
        Daemon.find(options, terminal).post("/fern/emit", event.toString());
        return 0;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec, "set by picocli");
    }
}
