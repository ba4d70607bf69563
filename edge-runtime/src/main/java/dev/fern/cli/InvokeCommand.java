package dev.fern.cli;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonValue;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "invoke", description = "Calls a function with standard input and prints its answer.")
final class InvokeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DaemonOptions options = new DaemonOptions();

    @Option(names = "--content-type", paramLabel = "TYPE", description = "of the input (default: text/plain)")
    private String contentType = "text/plain";

    @Parameters(index = "0", paramLabel = "APP", description = "the app's name")
    private String app = "";

    @Parameters(index = "1", paramLabel = "FN", description = "the function's name")
    private String fn = "";

    InvokeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws FailedException {
        var daemon = Daemon.find(options, terminal);
        var appId = id(daemon.object("/v2/apps?name=" + Daemon.encode(app)), app, "app '" + app + "'");
        var fnId = id(
                daemon.object("/v2/fns?app_id=" + Daemon.encode(appId) + "&name=" + Daemon.encode(fn)),
                fn,
                "function '" + app + "/" + fn + "'");
        var answer = daemon.call(fnId, contentType, BodyPublishers.ofByteArray(input()));
        terminal.out().writeBytes(answer.body());
        terminal.out().flush();
        // the function's own word for how it went; the call itself is always answered with 200
        var status = answer.headers().firstValue("Fn-Http-Status").orElse("200").strip();
        if (status.matches("[45]\\d\\d")) {
            throw new FailedException("the function answered with status " + status);
        }
        return 0;
    }

    private byte[] input() throws FailedException {
        try {
            return terminal.in().readAllBytes();
        } catch (IOException e) {
            throw new FailedException("standard input cannot be read: " + e.getMessage());
        }
    }

    private static String id(JsonObject list, String name, String what) throws FailedException {
        return list.arrayValue("items").stream()
                .flatMap(items -> items.values().stream())
                .map(JsonValue::asObject)
                .filter(item -> item.stringValue("name", "").equals(name))
                .flatMap(item -> item.stringValue("id").stream())
                .findFirst()
                .orElseThrow(() -> new FailedException("there is no " + what + " on this device; see fern list"));
    }
}
