package dev.fern.mqtt;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Headers;
import dev.fern.Health;
import dev.fern.Payload;
import dev.fern.Problem;
import dev.fern.Result;
import dev.fern.Settings;
import dev.fern.Status;
import dev.fern.Trigger;
import dev.fern.kit.Mosquitto;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions called by message, on a real broker.
class RemoteCallsTest {
    private static final Fn ECHO = fn("a/echo", "on/t", "mqtt:in/#");

    @TempDir
    static Path folder;

    private static Mosquitto broker;
    private static Caller caller;
    private static int clients;

    private final String client = "fern-test-" + clients++;
    private Device device;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = Mosquitto.start(folder);
        caller = new Caller(broker.port());
    }

    @AfterAll
    static void stopBroker() throws Exception {
        caller.close();
        broker.close();
    }

    @BeforeEach
    void start() throws Exception {
        device = device();
    }

    @AfterEach
    void stop() {
        device.close();
    }

    private Device device() {
        return device(true);
    }

    private Device device(boolean calls) {
        var own = new Settings.Broker(URI.create(broker.url()), client, calls, "fern", null, null, null, null, null);
        var made = new Device(Device.settings(own, Map.of()), ECHO);
        made.awaitUp();
        if (calls) {
            made.awaitUp("remote-calls");
        }
        return made;
    }

    @Test
    void theAnswerGoesToTheResponseTopicWithCorrelationDataTypeAndFields() throws Exception {
        device.intake.answer(new Result.Success(new Answer(
                Headers.builder()
                        .add("Content-Type", "text/plain")
                        .add("X-Mine", "1")
                        .add("Fern-To", "nobody")
                        .add("Connection", "close")
                        .build(),
                Payload.of("hello"))));
        var properties = Caller.to("answers/here", "c1", "Unit", "C");
        properties.setContentType("application/json");
        caller.publish("fern/test/invoke/a/echo", "{}", 1, false, properties);

        var call = device.intake.next();
        assertThat(call.trigger()).isEqualTo(ECHO.triggers().getFirst());
        var event = call.event();
        assertThat(event.data()).isEqualTo(Payload.of("{}"));
        assertThat(event.dataContentType()).isEqualTo("application/json");
        assertThat(event.type()).isEqualTo("dev.fern.mqtt.message");
        assertThat(event.source()).isEqualTo("/fern/test/mqtt/default");
        assertThat(event.subject()).isEqualTo("fern/test/invoke/a/echo");
        assertThat(event.headers()).isEqualTo(Headers.of("Fern-Mqtt-Property-Unit", "C"));
        assertThat(caller.next())
                .isEqualTo(new Caller.Answered(
                        "c1",
                        "hello",
                        "text/plain",
                        1,
                        Map.of("fern-status", "200", "X-Mine", "1", "Fn-Call-Id", event.id())));
        Device.await(() -> device.gauge("fern_mqtt_calls_running") == 0, "it is over");
    }

    @Test
    void anAnswerHasTheQosOfItsCall() throws Exception {
        caller.publish("fern/test/invoke/a/echo", "x", 0, false, Caller.to("answers/here", "c"));

        assertThat(caller.next().qos()).isZero();
    }

    @Test
    void withoutAResponseTopicTheFunctionRunsAndTheAnswerIsDroppedAndCounted() throws Exception {
        caller.publish("fern/test/invoke/a/echo", "x");

        assertThat(device.intake.next().event().data()).isEqualTo(Payload.of("x"));
        Device.await(() -> device.count("fern_mqtt_answers_dropped_total") == 1, "it is counted");
    }

    @ParameterizedTest
    @CsvSource({
        "failed,  502, function failed",
        "late,    504, Timed out",
        "away,    503, a/echo is busy",
        "invalid, 502, invalid function response"
    })
    void whatGoesWrongIsSaidAsHttpSaysIt(String ending, String status, String error) throws Exception {
        device.intake.answer(
                switch (ending) {
                    case "failed" -> new Result.FunctionError("it threw");
                    case "late" -> new Result.TimedOut(Duration.ofSeconds(5));
                    case "away" -> new Result.Unavailable("a/echo is busy", Duration.ofSeconds(1));
                    default -> new Result.Success(new Answer(Headers.of("X", "a\nb"), Payload.of("x")));
                });
        caller.call("a/echo", "c", "x");

        var answer = caller.next();
        assertThat(answer.fields()).isEqualTo(Map.of("fern-status", status, "fern-error", error));
        assertThat(answer.correlation()).isEqualTo("c");
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "a/none,    404, Fn not found",
                "a,         404, 'a' is not APP/FN",
                "a/echo/x,  404, 'a/echo/x' is not APP/FN",
                "a/broken,  503, a/broken does not run here: its image is gone; push it",
                "a/loading, 503, a/loading does not run here: it is still being loaded"
            })
    void aFunctionThatDoesNotRunHereSaysWhy(String called, String status, String error) throws Exception {
        device.control.functions =
                List.of(function("a/broken", new Problem("its image is gone", "push it")), function("a/loading", null));
        caller.call(called, "c", "x");

        assertThat(caller.next().fields()).isEqualTo(Map.of("fern-status", status, "fern-error", error));
        assertThat(device.intake.rest()).isEmpty();
    }

    private static Status.Function function(String name, @Nullable Problem problem) {
        return new Status.Function(
                FnName.parse(name),
                "id",
                "image",
                null,
                Status.Versions.of("image"),
                null,
                Status.State.FAILED,
                problem,
                List.of(),
                List.of(),
                Status.Calls.NONE);
    }

    @Test
    void aBodyOverTheLimitIsRefusedWithTheReason() throws Exception {
        caller.call("a/echo", "c", "x".repeat((256 << 10) + 1));

        var answer = caller.next();
        assertThat(answer.status()).isEqualTo("413");
        assertThat(answer.error()).contains("262145", "limits.event-bytes");
        assertThat(device.count("fern_events_refused_total")).isEqualTo(1);
        assertThat(device.intake.rest()).isEmpty();
    }

    @Test
    void anAnswerThatNoPacketHoldsIsAFailure() throws Exception {
        device.intake.answer(new Result.Success(new Answer(Headers.NONE, Payload.of("x".repeat(2 << 20)))));
        caller.call("a/echo", "c", "x");

        var answer = caller.next();
        assertThat(answer.status()).isEqualTo("502");
        assertThat(answer.error()).contains("could not be sent", "2097152 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fern/test/sync", "fern/all/sync", "fern/other/invoke/a/echo", "fern/test", "$SYS/x"})
    void aCallWhoseAnswerWouldGoWhereItMustNotIsNotRun(String topic) throws Exception {
        caller.publish("fern/test/invoke/a/echo", "x", 1, false, Caller.to(topic, "c"));

        Device.await(() -> device.count("fern_mqtt_calls_unanswerable_total") == 1, "it is counted");
        assertThat(device.intake.rest()).isEmpty();
        assertThat(device.control.syncs).isEmpty();
    }

    @Test
    void correlationDataIsBounded() throws Exception {
        caller.call("a/echo", "c".repeat(1024), "x");
        assertThat(caller.next().correlation()).hasSize(1024);
        caller.call("a/echo", "c".repeat(1025), "x");

        Device.await(() -> device.count("fern_mqtt_calls_unanswerable_total") == 1, "it is counted");
    }

    @Test
    void aRetainedCallIsNotRunNeitherNowNorAfterAReconnect() throws Exception {
        caller.publish("fern/test/invoke/a/echo", "old", 1, true, Caller.to("answers/here", "c"));
        var answer = caller.next();
        assertThat(answer.status()).isEqualTo("400");
        assertThat(answer.error()).contains("must not be retained");

        device.close();
        device = device();
        caller.call("a/echo", "d", "new");

        assertThat(caller.next().correlation()).isEqualTo("d");
        assertThat(device.intake.next().event().data()).isEqualTo(Payload.of("new"));
        assertThat(device.intake.rest()).isEmpty();
    }

    @Test
    void ofAHundredCallsAtOnceEachIsAnsweredAndWhatIsTooMuchAtOnce() throws Exception {
        var gate = new CountDownLatch(1);
        device.intake.before(gate);
        for (int i = 0; i < 100; i++) {
            caller.call("a/echo", "c" + i, "x");
        }
        for (int i = 0; i < 36; i++) {
            var busy = caller.next();
            assertThat(busy.status()).isEqualTo("503");
            assertThat(busy.error()).isEqualTo("the device is busy: 64 calls by message are under way");
        }
        // another trigger of the same connection flows meanwhile, by far more messages than a broker sends ahead
        for (int i = 0; i < 100; i++) {
            caller.publish("in/x", "event " + i);
        }
        Device.await(() -> device.count("fern_mqtt_acknowledged_total") == 200, "all is acknowledged");
        assertThat(device.gauge("fern_mqtt_calls_running")).isEqualTo(64);
        gate.countDown();
        var correlations = new HashMap<String, String>();
        for (int i = 0; i < 64; i++) {
            var answer = caller.next();
            correlations.put(answer.correlation(), answer.status());
        }
        assertThat(correlations).hasSize(64).containsValues("200");
        assertThat(Set.copyOf(correlations.values())).containsExactly("200");
    }

    @Test
    void aDetachedCallIsAnsweredAndAcknowledgedWhenItIsOnDisk() throws Exception {
        device.intake.doneAtOnce(false);
        caller.call("a/echo", "c", "x", "fn-invoke-type", "detached");
        var call = device.intake.next();
        Device.await(() -> device.gauge("fern_mqtt_unacknowledged") == 1, "it waits");
        assertThat(caller.rest()).isEmpty();

        call.done().complete(null);

        var answer = caller.next();
        assertThat(answer.fields())
                .isEqualTo(
                        Map.of("fern-status", "202", "Fn-Call-Id", call.event().id()));
        Device.await(() -> device.gauge("fern_mqtt_unacknowledged") == 0, "it is acknowledged");
    }

    @Test
    void aDetachedCallThereIsNoRoomForIsRefused() throws Exception {
        device.intake.full(true);
        caller.call("a/echo", "c", "x", "Fn-Invoke-Type", "detached");

        assertThat(caller.next().fields()).isEqualTo(Map.of("fern-status", "503", "fern-error", "full"));
    }

    @Test
    void aCallThatComesAgainAfterAReconnectRunsOnce() throws Exception {
        device.intake.doneAtOnce(false);
        var gate = new CountDownLatch(1);
        device.intake.before(gate);
        caller.publish("in/x", "held");
        var held = device.intake.next();
        caller.call("a/echo", "c", "x"); // its acknowledgement has to wait for the message before it
        assertThat(device.intake.next().trigger().type()).isEqualTo(Trigger.INVOKE);
        caller.close();
        broker.stop();
        broker.again();
        caller = new Caller(broker.port());
        Device.await(() -> device.count("fern_mqtt_calls_repeated_total") == 1, "the broker has sent it again");
        held.done().complete(null);
        gate.countDown();

        assertThat(caller.next().correlation()).isEqualTo("c");
        assertThat(device.intake.rest()).noneMatch(one -> one.trigger().type().equals(Trigger.INVOKE));
        assertThat(caller.rest()).isEmpty();
    }

    @Test
    void aCallThatAnEarlierDaemonMayHaveRunIsRefused() throws Exception {
        device.intake.doneAtOnce(false);
        caller.publish("in/x", "held");
        device.intake.next();
        caller.call("a/echo", "c", "x");
        device.intake.next();
        assertThat(caller.next().status()).isEqualTo("200");
        device.close();
        device = device();

        var answer = caller.next();
        assertThat(answer.status()).isEqualTo("503");
        assertThat(answer.correlation()).isEqualTo("c");
        assertThat(answer.error()).contains("it may have run");
        assertThat(device.intake.rest()).noneMatch(one -> one.trigger().type().equals(Trigger.INVOKE));
    }

    @Test
    void withoutRemoteCallsThereIsNoSubscriptionAndOneFromBeforeIsGivenUp() throws Exception {
        device.close();
        device = device(false);
        assertThat(device.adapter.types()).containsExactly("mqtt");
        assertThat(device.adapter.health()).doesNotContainKey("remote-calls");
        caller.call("a/echo", "c", "x");
        Device.await(() -> broker.log().contains("Received UNSUBSCRIBE from " + client), "it is given up");
        caller.call("a/echo", "d", "x");
        caller.publish("in/x", "event");

        assertThat(device.intake.next().event().data()).isEqualTo(Payload.of("event"));
        assertThat(device.count("fern_mqtt_received_total")).isEqualTo(2);
        assertThat(caller.rest()).isEmpty();
    }

    @Test
    void aBrokerThatGrantsNoCallsIsSaid() throws Exception {
        device.close();
        try (var strict = new ScriptedBroker(0x87)) {
            var own = new Settings.Broker(
                    URI.create(strict.url()), "fern-test", true, "fern", null, null, null, null, null);
            device = new Device(Device.settings(own, Map.of()), ECHO);
            Device.await(
                    () -> device.adapter.health().get("remote-calls") instanceof Health.Down(var problem)
                            && problem.why().contains("fern/test/invoke/#"),
                    "it is said");
            assertThat(device.adapter.health().get("mqtt")).isEqualTo(Health.UP);
            assertThat(device.adapter.health(ECHO.triggers().getFirst())).isEqualTo(Health.UP);
            device.close();
        }
    }

    @Test
    void everyBrokerHasCallsOfItsOwn() throws Exception {
        device.close();
        var plant =
                new Settings.Broker(URI.create(broker.url()), client, true, "site/fern", null, null, null, null, null);
        device = new Device(Device.settings(null, Map.of("plant", plant)), ECHO);
        device.awaitUp("remote-calls/plant");
        caller.publish("site/fern/test/invoke/a/echo", "x", 1, false, Caller.to("answers/here", "c"));

        assertThat(caller.next().correlation()).isEqualTo("c");
        assertThat(device.intake.next().event().source()).isEqualTo("/fern/test/mqtt/plant");
    }
}
