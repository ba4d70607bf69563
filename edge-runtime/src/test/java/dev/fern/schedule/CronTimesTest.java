package dev.fern.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.InvalidDefinitionException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTimesTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static List<String> times(String expression, ZoneId zone, String from, int count)
            throws InvalidDefinitionException {
        var cron = CronTimes.of(expression, zone);
        var all = new ArrayList<String>();
        var at = Instant.parse(from);
        for (int i = 0; i < count; i++) {
            at = Objects.requireNonNull(cron.after(at));
            all.add(ZonedDateTime.ofInstant(at, zone).toOffsetDateTime().toString());
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/5 * * * *    | 2026-11-26T12:05Z",
                "@hourly        | 2026-11-26T13:00Z",
                "@daily         | 2026-11-27T00:00Z",
                "@midnight      | 2026-11-27T00:00Z",
                "@weekly        | 2026-11-29T00:00Z",
                "@monthly       | 2026-12-01T00:00Z",
                "@yearly        | 2027-01-01T00:00Z",
                "@annually      | 2027-01-01T00:00Z",
                "0 8 * * MON-FRI | 2026-11-27T08:00Z",
                "0 0 * * 7      | 2026-11-29T00:00Z",
                "0 12 13 * 5    | 2026-11-27T12:00Z",
                "0 0 29 2 *     | 2028-02-29T00:00Z",
                " 0  0 1 JAN *  | 2027-01-01T00:00Z",
            })
    void five_fields_and_names_mean_what_they_mean_to_cron(String expression, String next) throws Exception {
        assertThat(times(expression, ZoneId.of("UTC"), "2026-11-26T12:00:00Z", 1))
                .containsExactly(next);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* * * *",
                "* * * * * *",
                "61 * * * *",
                "0 0 L * *",
                "0 0 30 2 *",
                "@reboot",
                "@often",
                "x",
                "*/0 * * * *"
            })
    void what_cron_does_not_have_or_what_never_comes_is_refused_and_says_what_to_do(String expression) {
        assertThatThrownBy(() -> CronTimes.of(expression, BERLIN))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        refusal -> assertThat(refusal.problem().whatToDo()).isNotBlank());
    }

    @Test
    void a_zone_has_its_own_midnight() throws Exception {
        assertThat(times("@daily", ZoneId.of("Asia/Tokyo"), "2026-11-26T12:00:00Z", 2))
                .containsExactly("2026-11-27T00:00+09:00", "2026-11-28T00:00+09:00");
    }

    @Test
    void a_named_hour_that_is_left_out_in_spring_is_due_when_the_clock_is_put_forward() throws Exception {
        assertThat(times("30 2 * * *", BERLIN, "2026-03-28T00:00:00Z", 3))
                .containsExactly("2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00");
        assertThat(times("0 2,3 * * *", BERLIN, "2026-03-28T12:00:00Z", 2))
                .containsExactly("2026-03-29T03:00+02:00", "2026-03-30T02:00+02:00");
        assertThat(times("0 3 * * *", BERLIN, "2026-03-28T12:00:00Z", 2))
                .containsExactly("2026-03-29T03:00+02:00", "2026-03-30T03:00+02:00");
    }

    @Test
    void a_named_hour_that_comes_twice_in_autumn_is_due_once() throws Exception {
        assertThat(times("30 2 * * *", BERLIN, "2026-10-24T12:00:00Z", 2))
                .containsExactly("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00");
        assertThat(times("0 3 * * *", BERLIN, "2026-10-25T00:59:00Z", 1)).containsExactly("2026-10-25T03:00+01:00");
        assertThat(times("*/20 2 * * *", BERLIN, "2026-10-25T00:30:00Z", 2))
                .containsExactly("2026-10-25T02:40+02:00", "2026-10-26T02:00+01:00");
    }

    @Test
    void any_hour_goes_on_evenly_over_both_changes() throws Exception {
        assertThat(times("30 * * * *", BERLIN, "2026-03-29T00:00:00Z", 3))
                .containsExactly("2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00", "2026-03-29T04:30+02:00");
        assertThat(times("30 * * * *", BERLIN, "2026-10-25T00:00:00Z", 3))
                .containsExactly("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2026-10-25T03:30+01:00");
        var cron = CronTimes.of("*/10 * * * *", BERLIN);
        var at = Instant.parse("2026-10-24T00:00:00Z");
        for (int i = 0; i < 300; i++) {
            var next = Objects.requireNonNull(cron.after(at));
            assertThat(next).isEqualTo(at.plus(Duration.ofMinutes(10)));
            at = next;
        }
    }

    @Test
    void a_change_at_midnight_loses_no_day() throws Exception {
        // Cairo puts its clocks forward at midnight: there is no 00:00 on 24 April 2026
        assertThat(times("0 0 * * *", ZoneId.of("Africa/Cairo"), "2026-04-22T12:00:00Z", 3))
                .containsExactly("2026-04-23T00:00+02:00", "2026-04-24T01:00+03:00", "2026-04-25T00:00+03:00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"* * * * *", "*/7 3 * * *", "0 0 1 1 *", "* * * 1 *", "30 2 * * *"})
    void the_last_time_until_now_is_the_one_that_counting_finds(String expression) throws Exception {
        var cron = CronTimes.of(expression, BERLIN);
        var first = Objects.requireNonNull(cron.after(Instant.parse("2026-01-15T00:00:00Z")));
        for (var now : List.of("2026-03-29T01:00:30Z", "2026-10-25T01:10:00Z", "2027-02-01T00:00:00Z")) {
            var end = Instant.parse(now);
            if (first.isAfter(end)) {
                continue;
            }
            var last = cron.upTo(first, end);
            assertThat(last).isBeforeOrEqualTo(end);
            assertThat(cron.after(last)).isAfter(end);
        }
    }
}
