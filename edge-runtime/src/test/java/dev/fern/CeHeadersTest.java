package dev.fern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.CloudEvents.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Attributes as header fields: the examples of the HTTP binding, and what older senders send.
class CeHeadersTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Euro € 😀      | Euro%20%E2%82%AC%20%F0%9F%98%80
            a"b            | a%22b
            100%           | 100%25
            plain/value:~1 | plain/value:~1
            """)
    void a_value_and_its_field(String value, String field) throws Exception {
        assertThat(CeHeaders.encode(value)).isEqualTo(field);
        assertThat(CeHeaders.decode(field)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "Euro € \\"x\\" \\\\" | Euro € "x" \\
            100%                  | 100%
            %zz%2                 | %zz%2
            a%2520b               | a%20b
            caf%c3%a9 ü           | café ü
            "                     | "
            """)
    void what_older_senders_write_is_read(String field, String value) throws Exception {
        assertThat(CeHeaders.decode(field)).isEqualTo(value);
    }

    @Test
    void names_are_in_any_case_and_fields_are_single() throws Exception {
        var headers = Headers.builder().add("CE-Id", "1").add("x-id", "2").build();
        assertThat(CeHeaders.attributes(headers)).containsExactlyEntriesOf(java.util.Map.of("id", "1"));
        var twice = headers.toBuilder().add("ce-id", "1").build();
        assertThatThrownBy(() -> CeHeaders.attributes(twice))
                .isInstanceOf(MalformedException.class)
                .hasMessage("it has id twice");
        assertThatThrownBy(() -> CeHeaders.decode("%FF"))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("UTF-8");
    }
}
