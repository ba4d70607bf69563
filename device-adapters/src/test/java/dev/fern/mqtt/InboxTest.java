package dev.fern.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Audience;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import dev.fern.kit.RecordingIntake;
import dev.fern.kit.RecordingIntake.Accepted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// When which message is acknowledged, on a clock moved by hand.
class InboxTest {
    private final FakeTime time = new FakeTime();
    private final RecordingIntake intake = new RecordingIntake();
    private final LongAdder dropped = new LongAdder();
    private final List<Integer> acknowledged = new ArrayList<>();
    private final Inbox.Acknowledger link = acknowledged::add;
    private final Inbox inbox = new Inbox(
            intake,
            new Events("test", "default", time, new Refusals(time, new Metrics())),
            new Hearers(Audience.NONE, new Metrics()),
            time,
            new LongAdder());
    private final Receiver slow = receiver("slow", "mqtt:a/#");
    private final Receiver fast = receiver("fast", "mqtt:a/#");
    private int id;

    @BeforeEach
    void nothingIsDoneByItself() {
        intake.doneAtOnce(false);
    }

    @Test
    void acknowledgementsLeaveInTheOrderOfReceipt() throws Exception {
        arrive(slow);
        arrive(fast);
        arrive(slow);
        var calls = intake.rest();
        calls.get(2).done().complete(null);
        calls.get(1).done().complete(null);
        assertThat(acknowledged).isEmpty();
        calls.get(0).done().complete(null);
        assertThat(acknowledged).containsExactly(1, 2, 3);
        assertThat(inbox.size()).isZero();
    }

    @Test
    void aMessageForSeveralFunctionsIsAcknowledgedWhenTheLastIsDone() {
        arrive(slow, fast);
        var calls = intake.rest();
        assertThat(calls).extracting(call -> call.event().id()).doesNotHaveDuplicates();
        calls.get(1).done().complete(null);
        assertThat(acknowledged).isEmpty();
        calls.get(0).done().complete(null);
        assertThat(acknowledged).containsExactly(1);
    }

    @Test
    void aMessageForNobodyIsAcknowledgedInItsTurn() {
        arrive(slow);
        arrive();
        assertThat(acknowledged).isEmpty();
        intake.rest().getFirst().done().complete(null);
        assertThat(acknowledged).containsExactly(1, 2);
    }

    @Test
    void aLoneMessageMayTakeTwoSecondsBeforeItGoesToDisk() {
        arrive(slow);
        var call = intake.rest().getFirst();
        time.advance(Duration.ofMillis(1990));
        assertThat(kept(call)).isFalse();
        time.advance(Duration.ofMillis(110));
        assertThat(kept(call)).isTrue();
        assertThat(acknowledged).containsExactly(1);
    }

    @Test
    void whatHoldsUpHalfOfTheWindowGoesToDiskOldestFirstUntilItDoesNot() {
        IntStream.range(0, 15).forEach(_ -> arrive(slow));
        var calls = intake.rest();
        time.advance(Duration.ofMillis(90));
        assertThat(calls).noneMatch(InboxTest::kept);
        time.advance(Duration.ofMillis(60));
        // nine are less than half of the twenty that count
        assertThat(calls.subList(0, 6)).allMatch(InboxTest::kept);
        assertThat(calls.subList(6, 15)).noneMatch(InboxTest::kept);
        assertThat(acknowledged).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void nineMessagesMayWaitLonger() {
        IntStream.range(0, 9).forEach(_ -> arrive(slow));
        time.advance(Duration.ofMillis(1500));
        assertThat(intake.rest()).noneMatch(InboxTest::kept);
    }

    @Test
    void aBurstThatFlowsThroughWritesNothing() {
        for (int i = 0; i < 50; i++) {
            IntStream.range(0, 20).forEach(_ -> arrive(fast));
            time.advance(Duration.ofMillis(90));
            var calls = intake.rest();
            assertThat(calls).noneMatch(InboxTest::kept);
            calls.forEach(call -> call.done().complete(null));
        }
        assertThat(acknowledged).hasSize(1000);
    }

    @Test
    void aSlowFunctionDoesNotHoldUpAFastOne() {
        arrive(slow);
        var stuck = intake.rest().getFirst();
        IntStream.range(0, 9).forEach(_ -> arrive(fast));
        intake.rest().forEach(call -> call.done().complete(null));
        assertThat(acknowledged).isEmpty();
        time.advance(Duration.ofMillis(150));
        assertThat(kept(stuck)).isTrue();
        assertThat(acknowledged).hasSize(10);
    }

    @Test
    void ofEachTriggerWhatIsOnDiskIsAPrefix() {
        for (int i = 0; i < 30; i++) {
            arrive(i % 3 == 0 ? fast : slow);
        }
        time.advance(Duration.ofMillis(150));
        var calls = intake.rest();
        for (var receiver : List.of(slow, fast)) {
            var kept = calls.stream()
                    .filter(call -> call.trigger().equals(receiver.trigger()))
                    .map(InboxTest::kept)
                    .toList();
            assertThat(kept.lastIndexOf(true)).isGreaterThanOrEqualTo(0).isLessThan(kept.size() - 1);
            assertThat(kept.subList(0, kept.lastIndexOf(true))).doesNotContain(false);
        }
    }

    @Test
    void whatTheDiskKeepsAnywayIsNotKeptAgain() {
        arrive(receiver("disk", "mqtt:a/#?durable=disk"));
        time.advance(Duration.ofSeconds(5));
        assertThat(intake.rest()).noneMatch(InboxTest::kept);
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void aFullIntakeIsAskedAgainInOrderAndNothingIsAcknowledgedMeanwhile() {
        intake.full(true);
        IntStream.range(0, 3).forEach(_ -> arrive(slow));
        time.advance(Duration.ofMillis(500));
        assertThat(intake.rest()).isEmpty();
        assertThat(acknowledged).isEmpty();
        intake.full(false);
        arrive(slow);
        assertThat(intake.rest()).as("a later one waits behind").isEmpty();
        time.advance(Duration.ofMillis(50));
        var calls = intake.rest();
        assertThat(calls).extracting(call -> call.event().data().text()).containsExactly("1", "2", "3", "4");
        calls.forEach(call -> call.done().complete(null));
        assertThat(acknowledged).containsExactly(1, 2, 3, 4);
        assertThat(dropped.sum()).isZero();
    }

    @Test
    void qos0IsLostWhenTheIntakeIsFullAndCounted() {
        intake.full(true);
        inbox.take(message(0), to(slow), link);
        arrive(receiver("careless", "mqtt:a/#?qos=0"));
        assertThat(dropped.sum()).isEqualTo(2);
        assertThat(acknowledged)
                .as("the one of QoS 1, which nobody wanted to keep")
                .containsExactly(1);
    }

    @Test
    void withTheConnectionGoneTheBrokersCallsAreWithdrawnAndOthersAreNot() {
        var disk = receiver("disk", "mqtt:a/#?durable=disk");
        arrive(slow, disk);
        arrive(fast);
        var calls = intake.rest();
        calls.get(2).done().complete(null);
        inbox.forget(link);
        assertThat(calls).extracting(call -> call.withdrawn().get()).containsExactly(true, false, false);
        calls.forEach(call -> call.done().complete(null));
        assertThat(acknowledged)
                .as("another connection's packet ids mean other messages")
                .isEmpty();
        assertThat(inbox.size()).isZero();
    }

    @Test
    void withTheConnectionGoneNobodyWaitsForTheIntakeAnyMore() {
        intake.full(true);
        arrive(slow);
        inbox.forget(link);
        intake.full(false);
        time.advance(Duration.ofSeconds(5));
        assertThat(intake.rest()).isEmpty();
        assertThat(time.timers()).isZero();
    }

    @Test
    void whatWaitsForATriggerThatIsGoneIsAcknowledged() {
        intake.full(true);
        arrive(slow, fast);
        inbox.remove(List.of(slow));
        assertThat(acknowledged).isEmpty();
        inbox.remove(List.of(fast));
        assertThat(acknowledged).containsExactly(1);
    }

    @Test
    void theClockIsLeftAloneWhenNothingIsUnderWay() {
        arrive(slow);
        intake.rest().getFirst().done().complete(null);
        time.advance(Duration.ofMillis(50));
        assertThat(time.timers()).isZero();
    }

    private void arrive(Receiver... receivers) {
        id++;
        inbox.take(message(1), to(receivers), link);
    }

    private Incoming message(int qos) {
        return new Incoming(id, "a/b", qos, false, false, List.of(), null, List.of(), Payload.of(String.valueOf(id)));
    }

    private static List<Routes.Match> to(Receiver... receivers) {
        var route = new Routes.Route(new Filter("a/#"), List.of(receivers), null, null);
        return receivers.length == 0 ? List.of() : List.of(new Routes.Match(route, List.of("b")));
    }

    private Receiver receiver(String name, String binding) {
        return new Receiver(Examples.trigger("house/" + name, "on", binding), dropped);
    }

    private static boolean kept(Accepted call) {
        return call.kept().get();
    }
}
