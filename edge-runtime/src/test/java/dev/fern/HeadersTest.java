package dev.fern;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeadersTest {
    @Test
    void aNameIsTheSameInAnyCaseAndKeepsItsValuesInOrder() {
        var headers = Headers.builder()
                .add("X-Tea", "green")
                .add("x-tea", "black")
                .add("X-TEA", "white")
                .build();

        assertThat(headers.all("x-Tea")).containsExactly("green", "black", "white");
        assertThat(headers.first("X-tea")).isEqualTo("green");
        assertThat(headers.asMap()).hasSize(1);
    }

    @Test
    void settingReplacesWhatWasThere() {
        var headers = Headers.builder()
                .add("a", "1")
                .add("a", "2")
                .set("A", "3")
                .remove("b")
                .build();

        assertThat(headers).isEqualTo(Headers.of("a", "3"));
    }

    @Test
    void aMapMayNameAHeaderInSeveralSpellings() {
        assertThat(Headers.of(Map.of("a", List.of("1"), "A", List.of("2"))).all("a"))
                .containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void whatIsBuiltStaysWhenItsBuilderOrACopyGoesOn() {
        var builder = Headers.builder().add("a", "1");
        var headers = builder.build();

        builder.add("a", "2").set("b", "3");
        var more = headers.toBuilder().add("A", "4").build();

        assertThat(headers).isEqualTo(Headers.of("a", "1"));
        assertThat(more.all("a")).containsExactly("1", "4");
    }
}
