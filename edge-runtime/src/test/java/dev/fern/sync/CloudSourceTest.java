package dev.fern.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is followed, when it is looked at, and what counts as a change.
class CloudSourceTest {
    private static final Duration EVERY = Follower.EVERY;

    private FakeFn server;
    private Follower follower;

    @BeforeEach
    void start() throws IOException {
        server = new FakeFn();
        follower = new Follower(server.url(), "greenhouse");
        server.app("greenhouse");
        server.fn("greenhouse", "too-hot");
    }

    @AfterEach
    void stop() {
        follower.close();
        server.close();
    }

    private Follower following(String... apps) {
        follower.close();
        follower = new Follower(server.url(), apps);
        return follower;
    }

    @Test
    void theFirstLookIsHandedOverAndTheSameAgainIsNot() {
        follower.start().look().look();
        assertThat(follower.sets).hasSize(1);
        assertThat(follower.names()).containsExactly("greenhouse/too-hot");
        assertThat(follower.health()).isEqualTo(Health.UP);
        assertThat(follower.metrics
                        .counter("fern_sync_polls_total", "result", "ok")
                        .sum())
                .isEqualTo(3);
    }

    @Test
    void itTellsAfterEachLookWhetherTheServerAnswers() {
        var answers = new CopyOnWriteArrayList<Boolean>();
        follower.source.onAnswer(answers::add);
        follower.start();
        server.instead(_ -> FakeFn.Reply.of(500, ""));
        follower.look();
        server.instead(_ -> null);
        follower.look();
        assertThat(answers).containsExactly(true, false, true);
    }

    @Test
    void anEmptyCloudIsHandedOverToo() {
        server.remove("fns", "F-greenhouse-too-hot");
        follower.start();
        assertThat(follower.sets).containsExactly(List.of());
    }

    @Test
    void aChangeIsHandedOverAtOnce() {
        follower.start();
        server.fn("greenhouse", "too-hot", "{\"fern/on/t\":\"mqtt:a\"}");
        follower.look();
        assertThat(follower.sets).hasSize(2);
        server.trigger("greenhouse", "too-hot", "web");
        follower.look();
        assertThat(follower.sets).hasSize(3);
        assertThat(follower.sets.getLast().getFirst().document()).contains("\"source\":\"/too-hot-web\"");
        server.app("greenhouse", "{\"fern/warm\":\"true\"}");
        follower.look();
        assertThat(follower.sets).hasSize(4);
    }

    @Test
    void touchingAFunctionWithoutChangingItIsNoChange() {
        follower.start();
        server.put(
                "fns",
                "{\"id\":\"F-greenhouse-too-hot\",\"app_id\":\"A-greenhouse\",\"updated_at\":\"2026-11-23T19:04:11.830Z\","
                        + "\"image\":\"reg/too-hot:1\",\"config\":{},\"name\":\"too-hot\",\"annotations\":"
                        + "{\"fnproject.io/fn/invokeEndpoint\":\"http://elsewhere/invoke/x\"},\"news\":7}");
        follower.look();
        assertThat(follower.sets).hasSize(1);
    }

    @Test
    void aFunctionMadeAnewUnderItsNameIsAChange() {
        follower.start();
        server.remove("fns", "F-greenhouse-too-hot");
        server.put(
                "fns", "{\"id\":\"NEW\",\"name\":\"too-hot\",\"app_id\":\"A-greenhouse\",\"image\":\"reg/too-hot:1\"}");
        follower.look();
        assertThat(follower.sets.getLast()).extracting(Definition::id).containsExactly("NEW");
    }

    @Test
    void aFunctionThatDisappearedStopsAfterTwoCompleteLooks() {
        server.fn("greenhouse", "other");
        follower.start();
        server.remove("fns", "F-greenhouse-too-hot");
        follower.look();
        assertThat(follower.names()).as("one look").containsExactly("greenhouse/other", "greenhouse/too-hot");

        server.instead(_ -> FakeFn.Reply.of(500, ""));
        follower.look().look();
        server.instead(_ -> null);
        assertThat(follower.sets).as("failed looks do not count").hasSize(1);

        follower.look();
        assertThat(follower.names()).as("the second").containsExactly("greenhouse/other");
    }

    @Test
    void aFunctionThatCameBackInBetweenNeedsTwoLooksAgain() {
        follower.start();
        server.remove("fns", "F-greenhouse-too-hot");
        follower.look();
        server.fn("greenhouse", "too-hot");
        follower.look();
        server.remove("fns", "F-greenhouse-too-hot");
        follower.look();
        assertThat(follower.sets).hasSize(1);
        follower.look();
        assertThat(follower.sets.getLast()).isEmpty();
    }

    @Test
    void anAppThatDisappearedTakesItsFunctionsWithItAfterTwoLooks() {
        following("greenhouse", "house");
        server.app("house");
        server.fn("house", "door");
        follower.start();
        server.remove("apps", "A-house");
        follower.look();
        assertThat(follower.names()).containsExactly("greenhouse/too-hot", "house/door");
        assertThat(follower.problem().why()).endsWith("has no app house");
        follower.look();
        assertThat(follower.names()).containsExactly("greenhouse/too-hot");
    }

    @Test
    void whatRanBeforeTheStartNeedsTwoLooksToStopToo() {
        follower.source.remember(List.of(new Definition(new FnName("greenhouse", "old"), "x", "{}")));
        follower.start();
        assertThat(follower.names()).containsExactly("greenhouse/old", "greenhouse/too-hot");
        follower.look();
        assertThat(follower.names()).containsExactly("greenhouse/too-hot");
    }

    @Test
    void aFunctionThatIsForOtherDevicesNowGoesAtOnce() {
        follower.start();
        server.fn("greenhouse", "too-hot", "{\"fern/devices\":\"site=osaka\"}");
        follower.look();
        assertThat(follower.sets.getLast()).isEmpty();
        server.fn("greenhouse", "too-hot", "{\"fern/devices\":\"site=tokyo\"}");
        follower.look();
        assertThat(follower.names()).containsExactly("greenhouse/too-hot");
    }

    @Test
    void aBrokenSelectorIsShownAndNotHidden() {
        server.fn("greenhouse", "too-hot", "{\"fern/devices\":\"site in (tokyo)\"}");
        follower.start();
        assertThat(follower.names()).containsExactly("greenhouse/too-hot");
    }

    @Test
    void aStarMeansAllFunctionsWithAnnotationsOfTheirOwnOrTheirApps() {
        following("*");
        server.fn("greenhouse", "edge", "{\"fern/on/t\":\"mqtt:a\"}");
        server.app("all", "{\"fern/concurrency\":2}");
        server.fn("all", "one");
        server.fn("all", "two");
        server.app("none");
        server.fn("none", "plain");
        follower.start();
        assertThat(follower.names()).containsExactly("all/one", "all/two", "greenhouse/edge");
        server.fn("greenhouse", "edge");
        follower.look();
        assertThat(follower.names()).as("no longer ours: at once").containsExactly("all/one", "all/two");
    }

    @Test
    void allPagesAreReadTheEmptyOneBehindAFullOneToo() {
        for (int i = 1; i < 200; i++) {
            server.fn("greenhouse", "fn-%03d".formatted(i));
        }
        follower.start();
        assertThat(follower.names()).hasSize(200);
        assertThat(server.requests.stream().filter(uri -> uri.startsWith("/v2/fns")))
                .as("100, 100 and none")
                .hasSize(3);
    }

    @Test
    void allAppsAreReadOverSeveralPages() {
        following("*");
        for (int i = 0; i < 130; i++) {
            server.app("app-%03d".formatted(i), "{\"fern/warm\":true}");
            server.fn("app-%03d".formatted(i), "f");
        }
        follower.start();
        assertThat(follower.names()).hasSize(130);
    }

    @Test
    void triggersOfTheSameNameAreNotLostAtAPagesEnd() {
        for (int i = 0; i < 120; i++) {
            var fn = "fn-%03d".formatted(i);
            server.fn("greenhouse", fn);
            server.trigger("greenhouse", fn, "http");
        }
        follower.start();
        assertThat(follower.sets.getLast().stream().filter(d -> d.document().contains("\"type\":\"http\"")))
                .hasSize(120);
    }

    @Test
    void triggersAreAskedForOncePerAppWhereOnePageHoldsThem() {
        for (int i = 0; i < 50; i++) {
            server.fn("greenhouse", "fn-" + i);
            server.trigger("greenhouse", "fn-" + i, "http");
        }
        follower.start();
        assertThat(server.requests)
                .containsExactly(
                        "/v2/apps?name=greenhouse&per_page=100",
                        "/v2/fns?app_id=A-greenhouse&per_page=100",
                        "/v2/triggers?app_id=A-greenhouse&per_page=100");
    }

    @Test
    void theNextLookComesAfterTheIntervalATenthMoreOrLess() {
        follower.random = 0;
        follower.start();
        assertThatTheNextLookIsAfter(EVERY.multipliedBy(9).dividedBy(10));
        follower.random = 1;
        follower.look();
        assertThatTheNextLookIsAfter(EVERY.multipliedBy(11).dividedBy(10));
    }

    @Test
    void afterFailuresThePauseDoublesUpToTheIntervalAndASuccessEndsThat() {
        server.instead(_ -> FakeFn.Reply.of(500, ""));
        follower.start();
        for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
            assertThatTheNextLookIsAfter(Duration.ofSeconds(seconds));
        }
        assertThat(follower.sets).isEmpty();
        assertThat(follower.metrics
                        .counter("fern_sync_polls_total", "result", "failed")
                        .sum())
                .isEqualTo(12);
        server.instead(_ -> null);
        assertThatTheNextLookIsAfter(EVERY);
        assertThat(follower.health()).isEqualTo(Health.UP);
        server.instead(_ -> FakeFn.Reply.of(500, ""));
        assertThatTheNextLookIsAfter(EVERY);
        assertThatTheNextLookIsAfter(Duration.ofSeconds(1));
    }

    private void assertThatTheNextLookIsAfter(Duration pause) {
        int before = looks();
        follower.time.advance(pause.minusMillis(1));
        assertThat(follower.time.timers()).as("none before " + pause).isEqualTo(1);
        assertThat(looks()).isEqualTo(before);
        follower.time.advance(Duration.ofMillis(1));
        Follower.until(() -> looks() > before);
        follower.untilIdle();
    }

    private int looks() {
        return (int) server.requests.stream()
                .filter(uri -> uri.startsWith("/v2/apps"))
                .count();
    }

    @Test
    void nudgesDuringALookAreOneMoreLook() throws InterruptedException {
        follower.start();
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        server.instead(_ -> {
            asked.countDown();
            answer.await();
            return null;
        });
        follower.source.nudge();
        assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
        follower.source.nudge();
        follower.source.nudge();
        follower.source.nudge();
        answer.countDown();
        follower.untilIdle();
        assertThat(looks())
                .as("the first, the nudged, and one for all nudges meanwhile")
                .isEqualTo(3);
    }

    @Test
    void aNudgeLooksNowAndDoesNotAddToThePlan() {
        follower.start().look();
        assertThat(looks()).isEqualTo(2);
        assertThat(follower.time.timers()).isEqualTo(1);
    }

    @Test
    void nothingIsHandedOverOrLookedAtAfterTheEnd() throws InterruptedException {
        follower.start();
        var asked = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        server.instead(_ -> {
            asked.countDown();
            never.await();
            return null;
        });
        follower.source.nudge();
        assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
        long before = System.nanoTime();
        follower.source.close();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
        never.countDown();
        int looks = looks();
        follower.source.nudge();
        follower.time.advance(Duration.ofHours(1));
        assertThat(looks()).isEqualTo(looks);
        assertThat(follower.sets).hasSize(1);
    }

    @Test
    void aSinkThatThrowsGetsTheSetAgain() {
        var calls = new AtomicInteger();
        follower.source.start(set -> {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("a fault, on purpose");
            }
            follower.sets.add(set);
        });
        follower.untilIdle();
        assertThat(follower.problem().whatToDo()).contains("report this fault");
        follower.look();
        assertThat(follower.names()).containsExactly("greenhouse/too-hot");
    }
}
