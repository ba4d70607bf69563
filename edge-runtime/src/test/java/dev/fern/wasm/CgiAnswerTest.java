package dev.fern.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CgiAnswerTest {
    private static @Nullable Answer parse(String output) {
        return CgiAnswer.parse(output.getBytes(StandardCharsets.UTF_8));
    }

    private static Answer answer(String output) {
        var answer = parse(output);
        assertThat(answer).isNotNull();
        return answer;
    }

    @Test
    void fieldsThenAnEmptyLineThenTheBody() {
        var answer = answer("Content-Type: text/html; charset=utf-8\r\nFern-To: fan\r\nX-A: 1\nx-a: 2\r\n\r\n\na: b\n");
        assertThat(answer.contentType()).isEqualTo("text/html; charset=utf-8");
        assertThat(answer.headers().first("Fern-To")).isEqualTo("fan");
        assertThat(answer.headers().all("Fn-Http-H-X-A")).containsExactly("1", "2");
        assertThat(answer.body().text()).isEqualTo("\na: b\n");
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void aStatusIsFnsAndALocationWithoutOneIsFound() {
        assertThat(answer("Status: 503 Later\n\n").status()).isEqualTo(503);
        assertThat(answer("Location: /x\n\n").status()).isEqualTo(302);
        assertThat(answer("Location: /x\nStatus: 201\n\n").status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "no fields\n\nbody", "A: 1\n", "A: 1", ": 1\n\n", "A b: 1\n\n", "{\"a\": 1}"})
    void whatHasNoFieldsIsNoAnswer(String output) {
        assertThat(parse(output)).isNull();
    }

    @Test
    void endlessFieldsAreNoAnswer() {
        assertThat(parse("A: 1\n".repeat(100_000) + "\n")).isNull();
    }
}
