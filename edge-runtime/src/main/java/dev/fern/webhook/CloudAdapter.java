package dev.fern.webhook;

import dev.fern.Adapter;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.InvalidDefinitionException;
import dev.fern.Link;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Sink;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.Time;
import dev.fern.Trigger;
import dev.fern.sync.CloudFunctions;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Targets of the type `cloud`: functions on the Fn server that this device follows.
final class CloudAdapter implements Adapter, Sink {
    /// Longer than a call may take there (300 s): who is silent for longer is away.
    private static final Duration CALL = Duration.ofSeconds(310);

    private static final String TYPE = "cloud";

    private final @Nullable CloudCalls calls;
    private final Requests requests;

    CloudAdapter(Settings.@Nullable Cloud cloud, Time time, Metrics metrics) {
        this(cloud, time, metrics, CALL);
    }

    /// @param whole how long a call may take
    CloudAdapter(Settings.@Nullable Cloud cloud, Time time, Metrics metrics, Duration whole) {
        requests = new Requests("fern_cloud_under_way", "fern_cloud_requests_total", metrics);
        calls = cloud == null
                ? null
                : new CloudCalls(
                        new CloudFunctions(cloud, time),
                        new Poster(time, CloudAdapter::noSecret, Poster.CONNECT, whole));
    }

    private static String noSecret(String name) throws InvalidDefinitionException {
        throw new InvalidDefinitionException("target cloud has no auth=" + name, "use cloud.token-file");
    }

    @Override
    public Set<String> types() {
        return Set.of(TYPE);
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        for (var target : candidate.targets()) {
            if (target.type().equals(TYPE)) {
                check(target);
            }
        }
    }

    private void check(Target target) throws InvalidDefinitionException {
        Link.name(target.binding());
        if (calls == null) {
            throw new InvalidDefinitionException(
                    "this device follows no Fn server, so " + target.binding() + " cannot be called",
                    "set cloud.url in fern.yaml, or remove fern/to/" + target.name());
        }
        if (target.options().text("loop") != null) {
            throw new InvalidDefinitionException(
                    "loop= in " + target.binding() + " makes no sense: what the call returns goes nowhere",
                    "leave it out");
        }
        if (!target.options().text("format", "body").equals("body")) {
            throw new InvalidDefinitionException(
                    target.binding() + " makes no sense: a function has the event's attributes as headers",
                    "leave format= out");
        }
    }

    @Override
    public void start(Intake intake) {}

    @Override
    public void bind(Collection<Trigger> triggers, Collection<Target> targets) {}

    @Override
    public CompletionStage<Void> send(Event event, Target target) {
        if (calls == null) {
            return CompletableFuture.failedFuture(SinkException.never("this device follows no Fn server"));
        }
        try {
            var name = Link.name(target.binding());
            return requests.send(() -> calls.call(name, event));
        } catch (InvalidDefinitionException e) {
            return CompletableFuture.failedFuture(
                    SinkException.never(e.problem().toString()));
        }
    }

    @Override
    public Health health(Trigger trigger) {
        return Health.UP;
    }

    @Override
    public void close() {
        requests.close();
        if (calls != null) {
            calls.close();
        }
    }
}
