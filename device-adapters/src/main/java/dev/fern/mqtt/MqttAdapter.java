package dev.fern.mqtt;

import dev.fern.Adapter;
import dev.fern.Audience;
import dev.fern.Control;
import dev.fern.Emitter;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Placeholders;
import dev.fern.Settings;
import dev.fern.Sink;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.Time;
import dev.fern.Trigger;
import dev.fern.mqtt.Incoming.Property;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Triggers and targets of type `mqtt`: one connection for each broker of the configuration, whatever their number.
final class MqttAdapter implements Adapter, Sink, Emitter {
    static final String TYPE = "mqtt";

    /// Messages of one target that are in the hands of a connection.
    private static final int AT_ONCE = 64;

    private static final int EMIT_S = 5;
    private static final String OWN = "default";
    private static final String CALLS = "remote-calls";
    private static final Health NO_BROKER = Health.down("this device has no such broker", "set mqtt.url in fern.yaml");

    private final Settings settings;
    private final Time time;
    private final Metrics metrics;
    private final Control control;
    private final Rules rules;
    private final Callees callees;
    private final Set<String> types;
    private volatile Map<String, Connection> connections = Map.of();
    private final AtomicBoolean begun = new AtomicBoolean();
    private Audience audience = Audience.NONE;

    MqttAdapter(Settings settings, Time time, Metrics metrics, Control control) {
        this.settings = settings;
        this.time = time;
        this.metrics = metrics;
        this.control = control;
        rules = new Rules(settings);
        callees = new Callees(control);
        types = takesCalls(settings) ? Set.of(TYPE, Trigger.INVOKE) : Set.of(TYPE);
    }

    private static boolean takesCalls(Settings settings) {
        return settings.mqtt() != null && settings.mqtt().remoteCalls()
                || settings.brokers().values().stream().anyMatch(Settings.Broker::remoteCalls);
    }

    @Override
    public Set<String> types() {
        return types;
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        rules.check(candidate);
    }

    @Override
    public void hear(Audience listeners) {
        audience = listeners;
    }

    /// Connects with the first [#bind].
    @Override
    public void start(Intake intake) {
        var all = new LinkedHashMap<String, Connection>();
        if (settings.mqtt() != null) {
            var presence = new Presence(settings.device(), settings.mqtt(), control, time, metrics);
            var own = create(OWN, "mqtt", settings.mqtt(), presence.manners(), intake);
            all.put(OWN, own);
            audience.through(own::eventsHealth);
            presence.start(own);
        }
        settings.brokers()
                .forEach((name, broker) ->
                        all.put(label(name), create(label(name), "brokers." + name, broker, null, intake)));
        connections = all;
    }

    private Connection create(
            String name, String key, Settings.Broker broker, Connection.@Nullable Manners manners, Intake intake) {
        return new Connection(name, key, settings, broker, manners, callees, intake, audience, time, metrics);
    }

    /// A further broker may be called `default`, too.
    private static String label(String name) {
        return name.equals(OWN) ? "brokers." + OWN : name;
    }

    private @Nullable Connection connection(@Nullable String broker) {
        return connections.get(broker == null ? OWN : label(broker));
    }

    @Override
    public void bind(Collection<Trigger> triggers, Collection<Target> targets) {
        var byConnection = new LinkedHashMap<Connection, List<Trigger>>();
        connections.values().forEach(connection -> byConnection.put(connection, new ArrayList<>()));
        var invocations = new ArrayList<Trigger>();
        for (var trigger : triggers) {
            if (trigger.type().equals(Trigger.INVOKE)) {
                invocations.add(trigger);
                continue;
            }
            var connection = connection(trigger.options().text("broker"));
            if (connection != null) {
                byConnection.getOrDefault(connection, new ArrayList<>()).add(trigger);
            }
        }
        callees.bind(invocations);
        byConnection.forEach(Connection::bind);
        if (begun.compareAndSet(false, true)) {
            // Not before: what a session has kept would be taken for leftovers of filters that nobody wants.
            connections.values().forEach(Connection::start);
        }
    }

    @Override
    public Health health(Trigger trigger) {
        if (trigger.type().equals(Trigger.INVOKE)) {
            return Health.UP; // a function is ready without anybody who can call it
        }
        try {
            var source = Source.of(trigger);
            var connection = connection(source.broker());
            return connection == null ? NO_BROKER : connection.health(source);
        } catch (InvalidDefinitionException e) {
            return new Health.Down(e.problem());
        }
    }

    @Override
    public Map<String, Health> health() {
        var health = new LinkedHashMap<String, Health>();
        connections.forEach((name, connection) -> {
            var suffix = name.equals(OWN) ? "" : "/" + name;
            health.put(TYPE + suffix, connection.health());
            if (connection.callsHealth() instanceof Health calls) {
                health.put(CALLS + suffix, calls);
            }
        });
        return health;
    }

    /// The connection keeps them in order.
    @Override
    public int atOnce() {
        return AT_ONCE;
    }

    @Override
    public CompletionStage<Void> send(Event event, Target target) {
        try {
            var filled = target.address().indexOf('{') < 0 ? target : Placeholders.fill(target, event);
            var destination = Destination.of(filled);
            var connection = connection(destination.broker());
            if (connection == null) {
                throw SinkException.never("this device has no broker for " + target.binding());
            }
            return connection.send(new Outgoing(
                    destination.topic(),
                    event.data(),
                    destination.qos(),
                    destination.retain(),
                    destination.expiry(),
                    contentType(event),
                    attributes(event, target),
                    null));
        } catch (InvalidDefinitionException e) {
            return CompletableFuture.failedFuture(
                    SinkException.never(e.problem().toString()));
        } catch (SinkException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// The event as a CloudEvent in binary mode (MQTT binding 1.0.2, section 3.1), where the target wants that.
    private static List<Property> attributes(Event event, Target target) throws SinkException {
        if (!target.options().text("format", "body").equals("cloudevent")) {
            return List.of();
        }
        var attributes = new ArrayList<Property>();
        for (var attribute : event.attributes().entrySet()) {
            var problem = Names.text(attribute.getValue());
            if (problem != null) {
                throw SinkException.never("the attribute " + attribute.getKey() + " of the CloudEvent " + problem);
            }
            attributes.add(new Property(attribute.getKey(), attribute.getValue()));
        }
        return attributes;
    }

    private static @Nullable String contentType(Event event) {
        var type = event.dataContentType();
        return type == null || Names.text(type) != null ? null : type;
    }

    @Override
    public void emit(String topic, Payload body) throws InvalidDefinitionException {
        var problem = Names.topicProblem(topic);
        if (problem != null) {
            throw new InvalidDefinitionException(
                    "the topic '" + topic + "' " + problem, "give the topic of one message");
        }
        var own = connection(null);
        if (own == null) {
            throw new InvalidDefinitionException("this device has no broker", "set mqtt.url in fern.yaml");
        }
        if (own.health() instanceof Health.Down(var why)) {
            throw new InvalidDefinitionException(why.why(), why.whatToDo());
        }
        try {
            own.send(new Outgoing(topic, body, 1, false, null, null))
                    .toCompletableFuture()
                    .get(EMIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new InvalidDefinitionException(
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), "look at the broker's log");
        } catch (TimeoutException e) {
            throw new InvalidDefinitionException(
                    "the broker did not acknowledge the message in " + EMIT_S + " s", "look at the broker's log");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        var closers = connections.values().stream()
                .map(connection -> Thread.ofVirtual().name("fern-mqtt-close").start(connection::close))
                .toList();
        try {
            for (var closer : closers) {
                closer.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
