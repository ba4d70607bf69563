package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a target with `format=cloudevent` is sent.
class CloudEventTargetsTest {
    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void start() throws Exception {
        bench = new Workbench(folder);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    /// Runs a function that answers so, and gives what its target is sent.
    private Event sent(Headers headers, String body) throws Exception {
        bench.runtime.body("a/f", _ -> new Result.Success(new Answer(headers, Payload.of(body))));
        var fn = bench.deploy("a/f", "on/t", "mqtt:x", "to/out", "mqtt:y?format=cloudevent");
        bench.accept(fn, "t", "1");
        Await.until("it is sent", () -> !bench.sink.sent().isEmpty());
        return bench.sink.sent().getLast().event();
    }

    @Test
    void anAnswerBecomesOneWithTheSubjectOfWhatCausedIt() throws Exception {
        var id = new String[1];
        bench.runtime.body("a/f", call -> {
            id[0] = call.id();
            return new Result.Success(new Answer(Headers.of("Content-Type", "text/csv"), Payload.of("1,2")));
        });
        var fn = bench.deploy("a/f", "on/t", "mqtt:x", "to/out", "mqtt:y?format=cloudevent");
        bench.accept(fn, "t", "1");
        Await.until("it is sent", () -> !bench.sink.sent().isEmpty());
        var event = bench.sink.sent().getLast().event();
        assertThat(event.id()).isEqualTo(id[0] + "-out");
        assertThat(event.source()).isEqualTo("/fern/test/fn/a/f");
        assertThat(event.type()).isEqualTo("dev.fern.fn.result");
        assertThat(event.subject()).isEqualTo("a/b");
        assertThat(event.time()).isEqualTo(bench.time.now());
        assertThat(event.dataContentType()).isEqualTo("text/csv");
        assertThat(event.data().text()).isEqualTo("1,2");
        assertThat(event.attributes()).containsOnlyKeys("specversion", "id", "source", "type", "subject", "time");
    }

    @Test
    void itsIdIsTheSameWhenTheCallRunsAgainAfterAPowerCut() throws Exception {
        var running = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        bench.runtime.body("a/f", _ -> {
            running.countDown();
            goOn.await();
            return FakeRuntime.answer("1");
        });
        var fn = bench.deploy("a/f", "on/t", "event:x", "to/out", "mqtt:y?format=cloudevent");
        bench.dispatcher.accept(fn.triggers().getLast(), Examples.cloudEvent("/s", "1", "1"));
        running.await();
        var later = Files.createDirectory(folder.resolve("later"));
        for (var file : List.of("calls.db", "calls.db-wal")) {
            Files.copy(folder.resolve(file), later.resolve(file));
        }
        goOn.countDown();
        Await.until("it is sent", () -> !bench.sink.sent().isEmpty());
        try (var restarted = new Workbench(later)) {
            restarted.deploy("a/f", "on/t", "event:x", "to/out", "mqtt:y?format=cloudevent");
            Await.until("it is sent again", () -> !restarted.sink.sent().isEmpty());
            assertThat(restarted.sink.sent().getFirst().event().id())
                    .isEqualTo(bench.sink.sent().getFirst().event().id())
                    .endsWith("-out");
        }
    }

    @Test
    void whatTheFunctionSaysItselfHolds() throws Exception {
        var headers = Headers.builder()
                .add("Content-Type", "text/plain")
                .add("Ce-Type", "com.example.hot")
                .add("Ce-Id", "mine-1")
                .add("Ce-Source", "/greenhouse")
                .add("ce-subject", "K%C3%BCche")
                .add("Ce-Time", "2018-04-05T17:31:00Z")
                .add("Ce-Site", "tokyo")
                .build();
        var event = sent(headers, "31");
        assertThat(event.type()).isEqualTo("com.example.hot");
        assertThat(event.id()).isEqualTo("mine-1");
        assertThat(event.source()).isEqualTo("/greenhouse");
        assertThat(event.subject()).isEqualTo("Küche");
        assertThat(event.time()).isEqualTo(Instant.parse("2018-04-05T17:31:00Z"));
        assertThat(event.extensions()).isEqualTo(Map.of("site", "tokyo"));
        assertThat(event.data().text()).isEqualTo("31");
    }

    @Test
    void anAnswerThatIsACloudEventInJsonIsSentAsThatEvent() throws Exception {
        var event = sent(
                Headers.of("Content-Type", "application/cloudevents+json"),
                "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"t\",\"data\":{\"n\": 1.10}}");
        assertThat(event.id()).isEqualTo("7");
        assertThat(event.type()).isEqualTo("t");
        assertThat(event.dataContentType()).isEqualTo("application/json");
        assertThat(event.data().text()).isEqualTo("{\"n\": 1.10}");
    }

    @Test
    void severalMessagesOfOneAnswerAreSeveralEvents() throws Exception {
        var headers = Headers.builder()
                .add("Content-Type", Outputs.OUTPUTS)
                .add("Ce-Id", "mine")
                .add("Ce-Type", "t")
                .build();
        sent(headers, "{\"out\":[1,2]}");
        Await.until("both are sent", () -> bench.sink.sent().size() == 2);
        assertThat(bench.sink.sent())
                .extracting(one -> one.event().id().replaceFirst("^\\w{26}", "CALL"))
                .containsExactlyInAnyOrder("CALL-out", "CALL-out-2");
        assertThat(bench.sink.sent()).extracting(one -> one.event().type()).containsExactlyInAnyOrder("t", "t");
    }

    @Test
    void anAnswerThatCannotBeOneEndsTheCallWithTheReason() throws Exception {
        bench.runtime.body(
                "a/f", _ -> new Result.Success(new Answer(Headers.of("Ce-Time", "yesterday"), Payload.of("1"))));
        var fn = bench.deploy("a/f", "on/t", "mqtt:x", "to/out", "mqtt:y?format=cloudevent");
        bench.accept(fn, "t", "1");
        Await.until("it is dead", () -> bench.died.size() == 1);
        assertThat(bench.died.getFirst().reason()).contains("target out").contains("its time is not as in");
        assertThat(bench.sink.sent()).isEmpty();
    }

    @Test
    void aTargetWithoutThatFormatGetsWhatItAlwaysGot() throws Exception {
        bench.runtime.body("a/f", _ -> new Result.Success(new Answer(Headers.of("Ce-Time", "?"), Payload.of("1"))));
        var fn = bench.deploy("a/f", "on/t", "mqtt:x", "to/out", "mqtt:y");
        bench.accept(fn, "t", "1");
        Await.until("it is sent", () -> !bench.sink.sent().isEmpty());
        assertThat(bench.sink.sent().getLast().event().isCloudEvent()).isFalse();
    }
}
