package dev.fern.mqtt;

import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Settings;
import dev.fern.Time;
import io.helidon.json.JsonObject;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The device's own topics on its broker: `PREFIX/DEVICE/online`, `status` and `dead` tell about it, `sync`
/// makes it look at the cloud; to `events` others send it CloudEvents.
final class Presence implements Control.Listener {
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final String JSON = "application/json";

    private final String topics;
    private final String everybody;
    private final Control control;
    private final Time time;
    private final LongAdder lost;
    private final AtomicBoolean statusDue = new AtomicBoolean();
    private final AtomicBoolean syncDue = new AtomicBoolean();
    private @Nullable Connection connection;
    private long nextStatus;
    private String lastStatus = "";

    Presence(Settings.Device device, Settings.Broker broker, Control control, Time time, Metrics metrics) {
        topics = broker.prefix() + "/" + device.id() + "/";
        everybody = broker.prefix() + "/all/";
        this.control = control;
        this.time = time;
        lost = metrics.counter("fern_mqtt_notices_lost_total");
        nextStatus = time.nanos();
    }

    Connection.Manners manners() {
        return new Connection.Manners(
                Outgoing.retained(topics + "online", "online", null),
                Outgoing.retained(topics + "online", "offline", null),
                Set.of(topics + "sync", everybody + "sync"),
                Set.of(topics + "events", everybody + "events"),
                this);
    }

    void start(Connection through) {
        synchronized (this) {
            connection = through;
        }
        control.listen(this);
    }

    /// A new connection: the broker may have forgotten the status.
    void connected() {
        synchronized (this) {
            lastStatus = "";
        }
        control.online(true);
        statusChanged();
    }

    /// The connection is lost.
    void disconnected() {
        control.online(false);
    }

    /// Somebody asks to look at the cloud. However many ask meanwhile, it is looked once.
    void nudged() {
        if (syncDue.compareAndSet(false, true)) {
            Thread.ofVirtual().name("fern-mqtt-sync").start(() -> {
                syncDue.set(false);
                control.sync();
            });
        }
    }

    @Override
    public void statusChanged() {
        if (statusDue.compareAndSet(false, true)) {
            time.after(
                    untilNextStatus(),
                    () -> Thread.ofVirtual().name("fern-mqtt-status").start(this::tellStatus));
        }
    }

    private synchronized Duration untilNextStatus() {
        return Duration.ofNanos(Math.max(0, nextStatus - time.nanos()));
    }

    private void tellStatus() {
        statusDue.set(false);
        var status = control.statusJson();
        Connection through;
        synchronized (this) {
            through = connection;
            // with the broker away there is nothing to tell; connecting brings us back here
            if (through == null || !through.isUp() || status.equals(lastStatus)) {
                return;
            }
            nextStatus = time.nanos() + PACE.toNanos();
            lastStatus = status;
        }
        tell(through, Outgoing.retained(topics + "status", status, JSON));
    }

    @Override
    public void died(CallInfo call) {
        Connection through;
        synchronized (this) {
            through = connection;
        }
        if (through != null) {
            tell(through, new Outgoing(topics + "dead", Payload.of(notice(call)), 1, false, null, JSON));
        }
    }

    private void tell(Connection through, Outgoing message) {
        through.send(message).whenComplete((_, fault) -> {
            if (fault != null) {
                lost.increment();
            }
        });
    }

    private static String notice(CallInfo call) {
        var notice = JsonObject.builder()
                .set("call", call.id())
                .set("app", call.fn().app())
                .set("function", call.fn().name())
                .set("trigger", call.trigger())
                .set("attempt", call.attempt())
                .set("acceptedAt", call.acceptedAt().toString());
        if (call.reason() != null) {
            notice.set("reason", call.reason());
        }
        return notice.build().toString();
    }
}
