package dev.fern.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Event;
import dev.fern.Settings;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.RecordingIntake.Accepted;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `POST /events`, in the three modes of the HTTP binding.
class InletTest {
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final String BATCH = "application/cloudevents-batch+json";
    private static final int EVENT_BYTES = Settings.Limits.DEFAULT.eventBytes();

    @TempDir
    Path folder;

    private Visitor visitor;

    @BeforeEach
    void open() {
        visitor = new Visitor(folder);
        visitor.bind(
                Examples.fn("house/door", "on/door", "event:door.opened?source=/site/*"),
                Examples.fn("house/all", "on/all", "event:*"));
    }

    @AfterEach
    void close() {
        visitor.close();
    }

    private static String event(String id, String more) {
        return ("{'specversion':'1.0','id':'" + id + "','source':'/site/1','type':'door.opened'" + more + "}")
                .replace('\'', '"');
    }

    private HttpResponse<String> post(String contentType, String body) throws Exception {
        return visitor.send(visitor.to("/events")
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body, StandardCharsets.UTF_8)));
    }

    private void isTaken(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
    }

    private void isRefused(HttpResponse<String> answer, int status, String why) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).startsWith("{\"message\":\"").contains(why);
        assertThat(visitor.intake.rest()).as("nothing was taken").isEmpty();
    }

    private long count(String name, String... labels) {
        return visitor.metrics.counter(name, labels).sum();
    }

    private List<String> heard() {
        return visitor.intake.rest().stream()
                .map(one -> one.trigger().name() + " " + one.event().id())
                .toList();
    }

    @Test
    void inBinaryModeTheHeadersAreTheAttributes() throws Exception {
        isTaken(visitor.send(visitor.to("/events")
                .header("Content-Type", "text/csv")
                .header("Ce-Specversion", "1.0")
                .header("CE-ID", "A-1%20%E2%82%AC")
                .header("ce-source", "/site/1")
                .header("ce-type", "door.opened")
                .header("ce-time", "2018-04-05T17:31:00Z")
                .header("ce-subject", "\"K%C3%BCche 2\"")
                .header("ce-site", "tokyo")
                .header("x-mine", "1")
                .POST(BodyPublishers.ofString("1.10"))));
        var event = visitor.intake.next().event();
        assertThat(event.id()).isEqualTo("A-1 €");
        assertThat(event.source()).isEqualTo("/site/1");
        assertThat(event.type()).isEqualTo("door.opened");
        assertThat(event.subject()).isEqualTo("Küche 2");
        assertThat(event.time()).isEqualTo(Instant.parse("2018-04-05T17:31:00Z"));
        assertThat(event.extensions()).isEqualTo(Map.of("site", "tokyo"));
        assertThat(event.dataContentType()).isEqualTo("text/csv");
        assertThat(event.data().text()).isEqualTo("1.10");
        assertThat(event.headers().asMap().keySet()).containsExactly(Event.CLOUD_EVENT);
        assertThat(visitor.intake.rest()).as("for the other function").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {STRUCTURED, "Application/CloudEvents+JSON ; charset=\"UTF-8\""})
    void inStructuredModeTheBodyIsTheEvent(String contentType) throws Exception {
        isTaken(post(contentType, event("1", ",'data':{'t': 1.10}")));
        var event = visitor.intake.next().event();
        assertThat(event.id()).isEqualTo("1");
        assertThat(event.data().text()).isEqualTo("{\"t\": 1.10}");
        assertThat(event.dataContentType()).isEqualTo("application/json");
    }

    @Test
    void inABatchEachEventGoesToAllWhoWantIt() throws Exception {
        isTaken(post(BATCH, "[" + event("1", "") + " , " + event("2", "").replace("/site/", "/other/") + "]"));
        assertThat(heard()).containsExactlyInAnyOrder("door 1", "all 1", "all 2");
        isTaken(post(BATCH, " [ ] "));
        assertThat(heard()).isEmpty();
    }

    @Test
    void whatNobodyListensToIsTakenAndCounted() throws Exception {
        visitor.bind(Examples.fn("house/door", "on/door", "event:door.opened?source=/site/*"));
        isTaken(post(BATCH, "[" + event("1", "") + "," + event("2", "").replace("door.", "lid.") + "]"));
        assertThat(heard()).containsExactly("door 1");
        assertThat(count("fern_cloudevents_unheard_total")).isEqualTo(1);
    }

    @Test
    void itIsAnsweredWhenEveryCallIsKept() throws Exception {
        visitor.intake.doneAtOnce(false);
        var answer = new CompletableFuture<HttpResponse<String>>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(post(BATCH, "[" + event("1", "") + "," + event("2", "") + "]"));
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        var calls = IntStream.range(0, 4).mapToObj(_ -> next()).toList();
        calls.subList(0, 3).forEach(call -> call.done().complete(null));
        // another request goes to its end meanwhile
        assertThat(visitor.get("/health/live").statusCode()).isEqualTo(200);
        assertThat(answer).isNotDone();
        calls.get(3).done().complete(null);
        Await.until("it is answered", answer::isDone);
        isTaken(answer.join());
    }

    private Accepted next() {
        try {
            return visitor.intake.next();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void oneWrongEventRefusesItsBatchAndIsNamed() throws Exception {
        var batch = "[" + event("1", "") + "," + event("2", "").replace("\"id\":\"2\",", "") + "]";
        isRefused(post(BATCH, batch), 400, "at index 1 it has no id");
        assertThat(count("fern_cloudevents_malformed_total")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'specversion':'0.3','id':'1','source':'/s','type':'t'}             | its specversion is not 1.0
            {'specversion':'1.0','source':'/s','type':'t'}                      | it has no id
            {'specversion':'1.0','id':'','source':'/s','type':'t'}              | its id is empty
            {'specversion':'1.0','id':7,'id':8,'source':'/s','type':'t'}        | its JSON has a name twice
            {'specversion':'1.0','id':'1','source':'a b','type':'t'}            | its source is no URI reference
            {'specversion':'1.0','id':'1','source':'/s','type':'t','Big':'1'}   | cannot be the name of an attribute
            {'specversion':'1.0','id':'1','source':'/s','type':'t','data':1,'data_base64':'eA=='} | both data and data_base64
            {'specversion':'1.0','id':'1','source':'/s','type':'t','time':'now'} | its time is not as in
            {'specversion':'1.0','id':'1','source':'/s','type':'dev.fern.http.request'} | its type is one that only
            """)
    void whatIsNoCloudEventIsRefusedWithTheReasonAloneAndInABatch(String text, String why) throws Exception {
        var json = text.replace('\'', '"');
        isRefused(post(STRUCTURED, json), 400, why);
        isRefused(post(BATCH, "[" + event("1", "") + "," + json + "]"), 400, why);
    }

    @Test
    void jsonThatIsMadeToHurtIsRefused() throws Exception {
        var deep = "[".repeat(100_000) + "]".repeat(100_000);
        isRefused(post(STRUCTURED, event("1", ",'data':" + deep)), 400, "nested more than");
        isRefused(post(BATCH, deep), 400, "nested more than");
        isRefused(post(BATCH, "[" + event("1", ",'data':" + deep) + "]"), 400, "nested more than");
        var wrong = visitor.send(visitor.to("/events")
                .header("Content-Type", STRUCTURED)
                .POST(BodyPublishers.ofByteArray(event("\u00fc", "").getBytes(StandardCharsets.ISO_8859_1))));
        isRefused(wrong, 400, "its JSON is not UTF-8");
        isRefused(post(BATCH, "{}"), 400, "makes no sense at character 1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/json                               | there is no CloudEvent in this request
            text/plain                                     | there is no CloudEvent in this request
            application/cloudevents+avro                   | Fern does not know the format application/cloudevents+avro
            application/cloudevents                        | Fern does not know the format application/cloudevents
            application/cloudevents+json;charset=utf-16    | its JSON must be UTF-8
            """)
    void anotherContentTypeIsNotTaken(String contentType, String why) throws Exception {
        isRefused(post(contentType, event("1", "")), 415, why);
        assertThat(post(contentType, "").body()).contains("application/cloudevents-batch+json");
    }

    @Test
    void headersThatMakeNoEventAreRefused() throws Exception {
        isRefused(binary("Ce-Id", "1"), 400, "its specversion is not 1.0");
        isRefused(binary("Ce-Specversion", "1.0", "Ce-Id", "1", "Ce-Type", "t"), 400, "it has no source");
        isRefused(binary("Ce-Specversion", "1.0", "Ce-Id", "1", "Ce-Id", "2"), 400, "it has id twice");
        isRefused(binary("Ce-Specversion", "1.0", "Ce-Id", "%FF"), 400, "not as UTF-8");
        isRefused(binary("Ce-Specversion", "1.0", "Ce-Id", "a%0Ab"), 400, "its id has control characters");
    }

    private HttpResponse<String> binary(String... headers) throws Exception {
        return visitor.send(visitor.to("/events").headers(headers).POST(BodyPublishers.ofString("x")));
    }

    @Test
    void anEventMayBeAsLargeAsTheLimitAndABatchFourTimesThat() throws Exception {
        var most = event(
                "1",
                ",'data':'" + "x".repeat(EVENT_BYTES - event("1", ",'data':''").length()) + "'");
        isTaken(post(STRUCTURED, most));
        visitor.intake.rest();
        isRefused(post(STRUCTURED, most + " "), 413, "at most " + EVENT_BYTES);
        isTaken(post(BATCH, "[" + most + "," + most + "]"));
        visitor.intake.rest();
        var larger = event("1", ",'data':'" + "x".repeat(EVENT_BYTES) + "'");
        isRefused(post(BATCH, "[" + event("1", "") + "," + larger + "]"), 413, "the event at index 1 is too large");
        isRefused(
                post(BATCH, "[" + most + "," + most + "," + most + "," + most + "]"),
                413,
                "at most " + 4 * EVENT_BYTES);
        isRefused(post(BATCH, "[" + "1,".repeat(1000) + "1]"), 413, "at most 1000 events");
        isRefused(post("text/plain", "x".repeat(10 << 20)), 415, "no CloudEvent");
        assertThat(count("fern_events_refused_total", "reason", "size")).isEqualTo(4);
    }

    @Test
    void aBatchOfAThousandIsTaken() throws Exception {
        var batch = IntStream.range(0, 1000).mapToObj(i -> event("" + i, "")).collect(Collectors.joining(","));
        isTaken(post(BATCH, "[" + batch + "]"));
        assertThat(visitor.intake.rest()).hasSize(2000);
    }

    @Test
    void fourBatchesAreReadAtOnceAndTheNextOneComesAgain() throws Exception {
        var slow = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 4; i++) {
                var socket = new Socket(InetAddress.getLoopbackAddress(), visitor.door.port());
                slow.add(socket);
                var head = "POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: " + BATCH
                        + "\r\nContent-Length: 9\r\n\r\n[";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            }
            Await.until("all are being read", () -> empty().statusCode() == 503);
            assertThat(empty().headers().firstValue("Retry-After")).hasValue("1");
            isTaken(post(STRUCTURED, event("1", "")));
        } finally {
            for (var socket : slow) {
                socket.close();
            }
        }
        Await.until("they are gone", () -> empty().statusCode() == 202);
    }

    private HttpResponse<String> empty() {
        try {
            return post(BATCH, "[]");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFullQueueSaysWhenToComeAgain() throws Exception {
        visitor.intake.full(true);
        var answer = post(STRUCTURED, event("1", ""));
        isRefused(answer, 503, "full");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
    }

    @Test
    void aForeignPageIsKeptOut() throws Exception {
        var answer = visitor.send(visitor.to("/events")
                .header("Origin", "http://evil.example")
                .header("Content-Type", STRUCTURED)
                .POST(BodyPublishers.ofString(event("1", ""))));
        isRefused(answer, 403, "Forbidden");
    }
}
