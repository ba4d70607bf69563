package dev.fern.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Marks;
import dev.fern.Metrics;
import dev.fern.Trigger;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import dev.fern.kit.RecordingIntake;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    private static final Instant AWAKE = Instant.parse("1970-01-01T00:00:10Z");

    private final FakeTime time = new FakeTime();
    private final Metrics metrics = new Metrics();
    private final RecordingIntake intake = new RecordingIntake();
    private final AtomicInteger changes = new AtomicInteger();
    private final Map<String, Long> disk = new HashMap<>();
    private int writes;
    private AtomicBoolean power = new AtomicBoolean(true);
    private Schedule schedule = daemon();

    private Schedule daemon() {
        var mine = new AtomicBoolean(true);
        power = mine;
        var marks = new Marks() {
            @Override
            public OptionalLong mark(String name) {
                return disk.containsKey(name) ? OptionalLong.of(disk.get(name)) : OptionalLong.empty();
            }

            @Override
            public void mark(String name, long value) {
                if (mine.get()) {
                    writes++;
                    disk.put(name, value);
                }
            }
        };
        var started = new Schedule(
                Examples.settings("mqtt://127.0.0.1:1883", Path.of("/none")),
                marks,
                time,
                metrics,
                changes::incrementAndGet);
        started.start(intake);
        return started;
    }

    private void powerOff() {
        power.set(false);
        schedule.close();
    }

    /// The power is off for so long, and the clock that long behind the truth.
    private void powerCut(Duration off) {
        powerOff();
        schedule = daemon();
        time.set(time.now().plus(off));
    }

    private void bind(String... bindings) {
        schedule.bind(triggers(bindings), List.of());
    }

    private static List<Trigger> triggers(String... bindings) {
        var all = new ArrayList<String>();
        for (int i = 0; i < bindings.length; i++) {
            all.add("on/t" + i);
            all.add(bindings[i]);
        }
        return fn(all.toArray(String[]::new)).triggers().stream()
                .filter(trigger -> !trigger.type().equals(Trigger.INVOKE))
                .toList();
    }

    private static Fn fn(String... bindings) {
        return Examples.fn("a/f", bindings);
    }

    private List<String> bodies() {
        return intake.rest().stream().map(one -> one.event().data().text()).toList();
    }

    private static String tick(String at, boolean missed) {
        return "{\"at\":\"2026-" + at + ":00Z\",\"missed\":" + missed + "}";
    }

    @Test
    void cron_makes_an_event_at_each_of_its_times() throws Exception {
        bind("cron:*/5 * * * *?zone=UTC");
        time.advance(Duration.ofMinutes(11));
        var first = intake.next();
        assertThat(first.trigger().name()).isEqualTo("t0");
        assertThat(first.event().type()).isEqualTo("dev.fern.time.tick");
        assertThat(first.event().source())
                .isEqualTo("/fern/"
                        + Examples.settings(null, Path.of("/none")).device().id() + "/cron/t0");
        assertThat(first.event().subject()).isEqualTo("*/5 * * * *");
        assertThat(first.event().time()).isEqualTo("2026-11-23T12:05:00Z");
        assertThat(first.event().data().text()).isEqualTo(tick("11-23T12:05", false));
        assertThat(bodies()).containsExactly(tick("11-23T12:10", false));
    }

    @Test
    void every_makes_an_event_each_period_and_leaves_out_what_could_not_be_kept() throws Exception {
        bind("every:30s");
        time.advance(Duration.ofSeconds(29));
        assertThat(intake.rest()).isEmpty();
        time.advance(Duration.ofSeconds(61));
        assertThat(intake.rest()).hasSize(3);
        time.set(time.now().plus(Duration.ofDays(365)));
        time.advance(Duration.ofSeconds(30));
        var event = intake.next().event();
        assertThat(event.subject()).isEqualTo("30s");
        assertThat(event.type()).isEqualTo("dev.fern.time.tick");
        assertThat(intake.rest()).isEmpty();
        assertThat(writes).isZero();
    }

    @Test
    void what_stays_the_same_is_not_disturbed_by_what_is_new() {
        bind("every:30s");
        time.advance(Duration.ofSeconds(20));
        bind("every:30s", "every:1h");
        time.advance(Duration.ofSeconds(11));
        assertThat(intake.rest()).hasSize(1);
        bind();
        time.advance(Duration.ofHours(2));
        assertThat(intake.rest()).isEmpty();
        assertThat(time.timers()).isZero();
    }

    @Test
    void jitter_spreads_within_its_bound_and_keeps_the_pace() {
        bind("every:1m?jitter=20s");
        for (int i = 1; i <= 20; i++) {
            time.advance(Duration.ofSeconds(i == 1 ? 59 : 39));
            assertThat(intake.rest()).as("before minute " + i).isEmpty();
            time.advance(Duration.ofSeconds(21));
            assertThat(intake.rest()).as("in minute " + i).hasSize(1);
        }
    }

    @Test
    void times_at_which_the_device_was_off_are_made_up_for_once() {
        bind("cron:*/5 * * * *?zone=UTC");
        time.advance(Duration.ofMinutes(6));
        intake.rest();
        powerCut(Duration.ofMinutes(21));
        bind("cron:*/5 * * * *?zone=UTC");
        assertThat(bodies()).containsExactly(tick("11-23T12:25", true));
        time.advance(Duration.ofMinutes(4));
        assertThat(bodies()).containsExactly(tick("11-23T12:30", false));
    }

    @Test
    void nothing_is_made_up_for_if_nothing_was_missed_or_the_trigger_is_new_or_another() {
        bind("cron:*/5 * * * *?zone=UTC");
        time.advance(Duration.ofMinutes(6));
        intake.rest();
        powerCut(Duration.ofMinutes(3));
        bind("cron:*/5 * * * *?zone=UTC");
        assertThat(intake.rest()).isEmpty();
        powerCut(Duration.ofMinutes(30));
        bind("cron:*/4 * * * *?zone=UTC");
        assertThat(intake.rest()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"missed=no", "deadline=10m"})
    void what_is_not_to_be_made_up_for_is_left_out(String option) {
        var cron = "cron:0 * * * *?zone=UTC&" + option;
        bind(cron);
        time.advance(Duration.ofHours(1));
        assertThat(intake.rest()).hasSize(1);
        powerCut(Duration.ofMinutes(71));
        bind(cron);
        assertThat(intake.rest()).isEmpty();
        time.advance(Duration.ofMinutes(49));
        assertThat(bodies()).containsExactly(tick("11-23T15:00", false));
    }

    @Test
    void within_the_deadline_it_is_made_up_for() {
        bind("cron:0 * * * *?zone=UTC&deadline=10m");
        time.advance(Duration.ofHours(1));
        intake.rest();
        powerCut(Duration.ofMinutes(69));
        bind("cron:0 * * * *?zone=UTC&deadline=10m");
        assertThat(bodies()).containsExactly(tick("11-23T14:00", true));
    }

    @Test
    void a_device_that_wakes_up_without_a_clock_waits_for_it_and_then_makes_up_once() {
        bind("cron:*/5 * * * *?zone=UTC");
        time.advance(Duration.ofMinutes(6));
        intake.rest();
        var truth = time.now();
        powerOff();
        schedule = daemon();
        time.set(AWAKE);
        bind("cron:*/5 * * * *?zone=UTC", "every:10s");
        assertThat(schedule.health(triggers("cron:*/5 * * * *?zone=UTC").getFirst()))
                .isInstanceOfSatisfying(
                        Health.Down.class,
                        down -> assertThat(down.problem().why()).contains("the clock is not set"));
        time.advance(Duration.ofMinutes(30));
        assertThat(intake.rest())
                .hasSize(180)
                .allMatch(one -> one.trigger().type().equals("every"));
        bind("cron:*/5 * * * *?zone=UTC");
        int seen = changes.get();
        time.set(truth.plus(Duration.ofMinutes(30)));
        time.advance(Duration.ofSeconds(5));
        assertThat(bodies()).containsExactly(tick("11-23T12:35", true));
        assertThat(changes.get()).isGreaterThan(seen);
        assertThat(schedule.health()).isEmpty();
    }

    @Test
    void a_clock_that_jumps_by_a_year_gives_one_event_at_most_and_the_pace_goes_on() {
        bind("cron:* * * * *?zone=UTC", "cron:@yearly");
        time.advance(Duration.ofMinutes(3));
        assertThat(intake.rest()).hasSize(3);
        for (int jump : new int[] {365, -365, 730, -730, 3650, -3650}) {
            time.set(time.now().plus(Duration.ofDays(jump)));
            time.advance(Duration.ofMinutes(1));
            assertThat(intake.rest()).as("after " + jump + " days").hasSizeLessThanOrEqualTo(4);
            time.advance(Duration.ofMinutes(10));
            assertThat(intake.rest()).as("the pace after " + jump + " days").hasSize(10);
        }
    }

    @Test
    void a_clock_that_is_put_back_a_little_runs_nothing_twice() {
        bind("cron:0 * * * *?zone=UTC");
        time.advance(Duration.ofHours(1));
        assertThat(intake.rest()).hasSize(1);
        time.set(time.now().minusSeconds(30));
        time.advance(Duration.ofMinutes(2));
        assertThat(intake.rest()).isEmpty();
    }

    @Test
    void a_change_of_the_clock_is_noticed_within_a_minute_though_nothing_tells() {
        bind("cron:@daily?zone=UTC");
        time.set(Instant.parse("2026-11-23T23:59:30Z"));
        time.advance(Duration.ofMinutes(1));
        assertThat(bodies()).containsExactly(tick("11-24T00:00", false));
    }

    @Test
    void there_is_one_timer_and_none_without_need() {
        assertThat(time.timers()).isZero();
        bind("cron:* * * * *", "cron:@daily", "every:1s", "every:1h", "device:started");
        assertThat(time.timers()).isEqualTo(1);
        time.advance(Duration.ofMinutes(1));
        assertThat(time.timers()).isEqualTo(1);
        schedule.close();
        assertThat(time.timers()).isZero();
    }

    @Test
    void cron_on_a_full_device_waits_and_loses_nothing_while_every_is_counted_as_lost() {
        intake.full(true);
        bind("cron:*/5 * * * *?zone=UTC", "every:4m");
        time.advance(Duration.ofMinutes(6));
        intake.full(false);
        time.advance(Duration.ofSeconds(1));
        assertThat(bodies()).containsExactly(tick("11-23T12:05", false));
        assertThat(metrics.counter("fern_events_dropped_total", "trigger", "a/f#t1")
                        .sum())
                .isEqualTo(1);
    }

    @Test
    void marks_are_written_with_the_calls_on_disk_and_else_every_ten_minutes() {
        bind("cron:* * * * *?durable=no");
        time.advance(Duration.ofMinutes(60));
        assertThat(writes).isBetween(5, 8);
        schedule.close();
        assertThat(disk.values()).containsExactly(time.now().toEpochMilli());
        schedule = daemon();
        writes = 0;
        bind("cron:@daily?zone=UTC");
        time.advance(Duration.ofDays(2));
        assertThat(writes).as("one when it is new, then one each day").isEqualTo(3);
    }

    @Test
    void started_comes_once_for_each_start_of_the_daemon() {
        bind("device:started");
        bind("device:started?retries=1");
        var all = intake.rest();
        assertThat(all).hasSize(1);
        var event = all.getFirst().event();
        assertThat(event.type()).isEqualTo("dev.fern.device.state");
        assertThat(event.subject()).isEqualTo("started");
        assertThat(event.data().text()).isEqualTo("started");
        powerCut(Duration.ZERO);
        bind("device:started");
        assertThat(intake.rest()).hasSize(1);
    }

    @Test
    void online_and_offline_come_with_each_change_and_online_also_to_who_is_new() {
        bind("device:online", "device:offline");
        schedule.online(false);
        assertThat(intake.rest()).isEmpty();
        schedule.online(true);
        schedule.online(true);
        schedule.online(false);
        schedule.online(false);
        schedule.online(true);
        assertThat(bodies()).containsExactly("online", "offline", "online");
        bind("device:online", "device:offline", "device:online");
        assertThat(intake.rest()).extracting(one -> one.trigger().name()).containsExactly("t2");
    }

    @Test
    void stopping_is_the_last_thing_that_is_said() {
        bind("device:stopping", "every:1s", "device:offline");
        schedule.online(true);
        schedule.stopping();
        schedule.online(false);
        time.advance(Duration.ofMinutes(1));
        bind("device:started");
        assertThat(bodies()).containsExactly("stopping");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cron:often",
                "cron:* * * * *?zone=Mars/Base",
                "cron:* * * * *?missed=twice",
                "cron:* * * * *?deadline=soon",
                "cron:* * * * *?missed=no&deadline=1h",
                "cron:* * * * *?durable=broker",
                "every:500ms",
                "every:often",
                "every:10s?jitter=11s",
                "every:400d",
                "device:asleep"
            })
    void what_makes_no_sense_is_refused_with_what_to_do(String binding) {
        assertThatThrownBy(() -> schedule.check(fn("on/t", binding), List.of()))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        refusal -> assertThat(refusal.problem().whatToDo()).isNotBlank());
    }

    @Test
    void a_device_without_broker_and_cloud_is_never_online_and_says_so() {
        var alone = new Schedule(Examples.settings(null, Path.of("/none")), Marks.NONE, time, metrics, () -> {});
        assertThatThrownBy(() -> alone.check(fn("on/t", "device:online"), List.of()))
                .hasMessageContaining("never online");
    }
}
