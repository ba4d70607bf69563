package dev.fern.webhook;

import dev.fern.Adapter;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Sink;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.Time;
import dev.fern.Trigger;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Targets of the types `http` and `https`. Triggers of type `http` are Fn's own, and not its business.
final class WebhookAdapter implements Adapter, Sink {
    private static final Set<String> TYPES = Set.of("http", "https");

    private final Destination.Secrets secrets;
    private final Poster poster;
    private final Requests requests;

    WebhookAdapter(Settings settings, Time time, Metrics metrics) {
        secrets = Destination.Secrets.in(settings.secrets());
        poster = new Poster(time, secrets, Poster.CONNECT, Poster.WHOLE);
        requests = new Requests("fern_webhook_under_way", "fern_webhook_requests_total", metrics);
    }

    @Override
    public Set<String> types() {
        return TYPES;
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        for (var target : candidate.targets()) {
            if (TYPES.contains(target.type())) {
                var destination = Destination.of(target);
                if (destination.auth() instanceof String auth && auth.indexOf('{') < 0) {
                    Destination.credential(auth, secrets);
                }
            }
        }
    }

    @Override
    public void start(Intake intake) {}

    @Override
    public void bind(Collection<Trigger> triggers, Collection<Target> targets) {}

    @Override
    public CompletionStage<Void> send(Event event, Target target) {
        try {
            var destination = Destination.of(target);
            return requests.send(() -> poster.post(event, destination));
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
        poster.close();
    }
}
