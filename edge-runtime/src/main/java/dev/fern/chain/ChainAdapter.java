package dev.fern.chain;

import dev.fern.Adapter;
import dev.fern.Binding;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.IntakeFullException;
import dev.fern.InvalidDefinitionException;
import dev.fern.Link;
import dev.fern.Metrics;
import dev.fern.Options;
import dev.fern.Sink;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.Trigger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Triggers and targets of the type `fn`: hands what one function returned to another, which is its own once it is on
/// disk. A function that is not here is one that is away.
///
/// It is bound to the call that each function has by itself as well: those tell which functions there are.
final class ChainAdapter implements Adapter, Sink {
    /// How often an event goes through links with `loop=allow`.
    private static final int ROUNDS = 16;
    /// As many as make one batch of the journal.
    private static final int AT_ONCE = 64;

    private final int largest;
    private final LongAdder handed;
    private final LongAdder ended;
    private @Nullable Intake intake;
    private Set<FnName> here = Set.of();
    private Map<Link, Trigger> triggers = Map.of();
    /// What came before it was known which functions there are; null afterwards.
    private @Nullable List<Runnable> early = new ArrayList<>();

    /// @param largest bytes of an event
    ChainAdapter(int largest, Metrics metrics) {
        this.largest = largest;
        handed = metrics.counter("fern_chain_events_total");
        ended = metrics.counter("fern_chain_circles_ended_total");
    }

    @Override
    public Set<String> types() {
        return Set.of(Link.TYPE, Trigger.INVOKE);
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        for (var target : candidate.targets()) {
            if (target.type().equals(Link.TYPE)
                    && !target.options().text("format", "body").equals("body")) {
                throw new InvalidDefinitionException(
                        target.binding() + " makes no sense: a function has the event's attributes as headers",
                        "leave format= out");
            }
        }
        Circles.check(candidate, accepted);
    }

    @Override
    public synchronized void start(Intake intake) {
        this.intake = intake;
    }

    @Override
    public void bind(Collection<Trigger> wanted, Collection<Target> targets) {
        var functions = new HashSet<FnName>();
        var links = new HashMap<Link, Trigger>();
        for (var trigger : wanted) {
            if (trigger.type().equals(Trigger.INVOKE)) {
                functions.add(trigger.fn());
                continue;
            }
            try {
                links.put(Link.of(trigger).plain(), trigger);
            } catch (InvalidDefinitionException e) {
                // was refused when it was checked
            }
        }
        synchronized (this) {
            here = functions;
            triggers = links;
            var waiting = early == null ? List.<Runnable>of() : early;
            early = null;
            waiting.forEach(Runnable::run); // before anything that comes from now on
        }
    }

    /// So many may be on their way onto the disk; one that finds no room stops those behind it at once.
    @Override
    public int atOnce() {
        return AT_ONCE;
    }

    @Override
    public CompletionStage<Void> send(Event event, Target target) {
        var done = new CompletableFuture<Void>();
        send(event, target, failure -> {
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
        return done;
    }

    @Override
    public void send(Event event, Target target, Consumer<@Nullable Throwable> then) {
        synchronized (this) {
            if (early != null) {
                early.add(() -> hand(event, target, then));
                return;
            }
        }
        hand(event, target, then);
    }

    private void hand(Event event, Target target, Consumer<@Nullable Throwable> then) {
        try {
            var link = Link.of(target);
            check(event, link);
            accept(link, event, () -> then.accept(null));
            handed.increment();
        } catch (InvalidDefinitionException e) {
            then.accept(SinkException.never(e.problem().toString()));
        } catch (SinkException e) {
            then.accept(e);
        }
    }

    private void check(Event event, Link link) throws SinkException {
        if (event.data().size() > largest) {
            throw SinkException.never(
                    event.data().size() + " bytes are more than limits.event-bytes, which is " + largest);
        }
        if (Link.rounds(event) > ROUNDS) {
            ended.increment();
            throw SinkException.never("it has gone round " + ROUNDS + " times through loop=allow, and " + link.to()
                    + " would go on; let a function of the circle return nothing when it is done");
        }
    }

    private void accept(Link link, Event event, Runnable taken) throws SinkException {
        Intake in;
        Trigger trigger;
        synchronized (this) {
            in = intake;
            if (in == null || !here.contains(link.to())) {
                throw SinkException.away(link.to() + " is not on this device");
            }
            trigger = link.trigger() == null ? own(link) : triggers.get(link.plain());
        }
        if (trigger == null) {
            throw SinkException.never(link.to() + " has no trigger " + link.trigger() + " for it any more");
        }
        try {
            in.accept(trigger, event, taken);
        } catch (IntakeFullException e) {
            // in a circle each would wait for the other's room for ever
            throw link.loop()
                    ? SinkException.later(String.valueOf(e.getMessage()), e.retryAfter())
                    : SinkException.away(String.valueOf(e.getMessage()), e.retryAfter());
        }
    }

    /// The call that each function has by itself, with who says it.
    private static Trigger own(Link link) {
        return new Trigger(
                link.to(), Trigger.INVOKE, new Binding(Link.TYPE, link.from().toString(), Options.NONE));
    }

    @Override
    public synchronized Health health(Trigger trigger) {
        try {
            if (trigger.type().equals(Link.TYPE)
                    && !here.contains(Link.of(trigger).from())) {
                var missing = Link.of(trigger).from();
                return Health.down(
                        missing + " is not on this device, and " + trigger.binding() + " waits for it",
                        "deploy it here, or correct the name");
            }
        } catch (InvalidDefinitionException e) {
            return new Health.Down(e.problem());
        }
        return Health.UP;
    }

    @Override
    public void close() {}
}
