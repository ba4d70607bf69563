package dev.fern.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "no",
            value = {
                "a/b,           a/b,         ''",
                "a/b,           a/bc,        no",
                "a/b,           a,           no",
                "a/b,           a/b/c,       no",
                "a/+/c,         a/x/c,       x",
                "a/+/c,         a//c,        ''",
                "a/+,           a,           no",
                "a/+,           a/,          ''",
                "+/+,           /finance,    '|finance'",
                "a/#,           a,           ''",
                "a/#,           a/b/c,       b/c",
                "a/#,           ab,          no",
                "#,             a/b,         a/b",
                "+/b/#,         a/b/c/d,     a|c/d",
                "#,             $SYS/x,      no",
                "+/x,           $SYS/x,      no",
                "$SYS/#,        $SYS/x,      x",
                "a/b/,          a/b,         no",
                "a/b/,          a/b/,        ''",
                "/,             /,           ''",
                "ä/+,           ä/日本,       日本",
            })
    void aTopicMatchesAsTheStandardSays(String filter, String topic, @Nullable String found) {
        var matched = new Filter(filter).match(topic);
        assertThat(matched == null ? null : String.join("|", matched)).isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource({
        "a/b,           a/b,          true",
        "a/b,           a/c,          false",
        "a/+,           a/{1},        true",
        "+/temp,        {1}/heat,     false",
        "+/temp,        {1}/temp,     true",
        "+/temp,        {1}/t{2}p,    true",
        "a/#,           a,            true",
        "a/#,           b/{1},        false",
        "in/+/x,        in/{1}/y,     false",
        "a/b/c,         a/{9},        true",
        "a/b/c,         a/{1},        false",
        "a/b/c/d,       {9}/c/d,      true",
        "a/b/c,         {9}/c/d,      false",
        "#,             anything/at,  true",
        "#,             $SYS/x,       false",
        "+/+,           {date},       false",
        "+/+,           x/{date},     true",
    })
    void aTemplateThatCanMatchIsFound(String filter, String template, boolean can) {
        assertThat(new Filter(filter).canMatch(template, number -> number == 9)).isEqualTo(can);
    }

    @ParameterizedTest
    @CsvSource({"a/+/b/#, 2, true", "a/+/b/#, 1, false", "a/+/b, 1, false", "#, 1, true", "#, 2, false"})
    void onlyTheLastWildcardTakesManyLevels(String filter, int number, boolean many) {
        assertThat(new Filter(filter).takesManyLevels(number)).isEqualTo(many);
    }
}
