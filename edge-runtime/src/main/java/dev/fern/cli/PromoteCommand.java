package dev.fern.cli;

import dev.fern.FnName;
import dev.fern.publish.Promotion;
import dev.fern.publish.PublishException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "promote", description = "Ends a rollout: every device runs the function's image.")
final class PromoteCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ServerOptions server = new ServerOptions();

    @Parameters(index = "0", paramLabel = "APP", description = "the function's app")
    private String app = "";

    @Parameters(index = "1", paramLabel = "FN", description = "its name")
    private String fn = "";

    PromoteCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws FailedException, InterruptedException {
        var context = ServerOptions.context(terminal);
        var address = server.address(context, null, this::wrong);
        var name = new FnName(app, fn);
        try {
            var image = Promotion.promote(address, server.token(context, null, terminal), name);
            if (image == null) {
                terminal.err().println(name + " is not being rolled out; nothing was changed");
            } else {
                terminal.out().println(name + " " + image);
                terminal.err().println("every device runs it; remove fern/rollout and fern/stable from func.yaml too");
            }
            return 0;
        } catch (PublishException e) {
            throw new FailedException(e.problem().toString());
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(
                Objects.requireNonNull(spec, "set by picocli").commandLine(), message);
    }
}
