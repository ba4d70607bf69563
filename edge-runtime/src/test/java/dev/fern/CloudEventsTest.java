package dev.fern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.CloudEvents.MalformedException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is a CloudEvent, and what only says so.
class CloudEventsTest {
    private static final Instant NOW = Instant.parse("2026-11-27T06:05:00Z");
    private static final String NEEDED = "'specversion':'1.0','id':'1','source':'/s','type':'t'";

    private static Event json(String text) throws MalformedException {
        return CloudEvents.ofJson(Payload.of(text.replace('\'', '"')), NOW);
    }

    private static Event with(String more) throws MalformedException {
        return json("{" + NEEDED + "," + more + "}");
    }

    @Test
    void data_is_what_is_written_to_the_last_digit() throws Exception {
        var event = with("'data' : { 'b': 1.10, 'a': [1e999999999, {}, ''], 'n': 12345678901234567890.0 } ");
        assertThat(event.data().text())
                .isEqualTo("{ \"b\": 1.10, \"a\": [1e999999999, {}, \"\"], \"n\": 12345678901234567890.0 }");
        assertThat(event.dataContentType()).isEqualTo("application/json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            'data':'x'                                              | "x" | application/json
            'datacontenttype':'application/vnd.a+json','data':'x'   | "x" | application/vnd.a+json
            'datacontenttype':'text/plain','data':'a\\n\\u00e9'     | `a
            é`                                                            | text/plain
            'datacontenttype':'text/plain','data':5                 | 5   | text/plain
            'data':null                                             | null | application/json
            'datacontenttype':'image/png','data_base64':'eA=='      | x   | image/png
            'data_base64':null                                      | ``  |
            'subject':null                                          | ``  |
            """)
    void the_body_is_the_data_and_not_the_envelope(String members, String body, String type) throws Exception {
        var event = with(members);
        assertThat(event.data().text()).isEqualTo(body);
        assertThat(event.dataContentType()).isEqualTo(type);
        assertThat(event.subject()).isNull();
    }

    @Test
    void attributes_are_kept_and_extensions_are_texts() throws Exception {
        var event = with(
                "'subject':'room','time':'2018-04-05T19:31:00.5+02:00','n':-7,'yes':true,'partitionkey':'k','dataschema':'/x'");
        assertThat(event.id()).isEqualTo("1");
        assertThat(event.source()).isEqualTo("/s");
        assertThat(event.type()).isEqualTo("t");
        assertThat(event.subject()).isEqualTo("room");
        assertThat(event.time()).isEqualTo(Instant.parse("2018-04-05T17:31:00.5Z"));
        assertThat(event.extensions())
                .isEqualTo(Map.of("n", "-7", "yes", "true", "partitionkey", "k", "dataschema", "/x"));
        assertThat(event.isCloudEvent()).isTrue();
        assertThat(with("'a':'b'").time()).as("none was given").isEqualTo(NOW);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'specversion':'0.3','id':'1','source':'/s','type':'t'}      | its specversion is not 1.0
            {'id':'1','source':'/s','type':'t'}                          | its specversion is not 1.0
            {'specversion':'1.0','source':'/s','type':'t'}               | it has no id
            {'specversion':'1.0','id':null,'source':'/s','type':'t'}     | it has no id
            {'specversion':'1.0','id':'','source':'/s','type':'t'}       | its id is empty
            {'specversion':'1.0','id':'1','type':'t'}                    | it has no source
            {'specversion':'1.0','id':'1','source':'a b','type':'t'}     | its source is no URI reference
            {'specversion':'1.0','id':'1','source':'/s'}                 | it has no type
            {'specversion':'1.0','id':'1','source':'/s','type':'dev.fern.http.request'} | its type is one that only this device itself may use
            {'specversion':'1.0','id':'a\\nb','source':'/s','type':'t'}  | its id has control characters
            {'specversion':'1.0','id':'1','id':'2'}                      | its JSON has a name twice
            []                                                           | its JSON makes no sense at character 1
            {'id':1}x                                                    | its JSON makes no sense at character 9
            {'id':01}                                                    | its JSON makes no sense at character 8
            {'id':tru}                                                   | its JSON makes no sense at character 7
            {'id':'1'                                                    | its JSON has no end
            {'id':'\\x'}                                                 | its JSON makes no sense at character 10
            ``                                                           | its JSON has no end
            """)
    void what_is_none_has_a_reason(String text, String why) {
        assertThatThrownBy(() -> json(text))
                .isInstanceOf(MalformedException.class)
                .hasMessage(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "time":"yesterday"                 | its time is not as in 2026-11-27T06:05:00Z
            "time":"2018-04-05"                | its time is not as in 2026-11-27T06:05:00Z
            "x":1.5                            | its x is no string, no boolean and no integer
            "x":{}                             | its x is no string, no boolean and no integer
            "siteName":"a"                     | 'siteName' cannot be the name of an attribute: use a to z and 0 to 9
            "data":1,"data_base64":"eA=="      | it has both data and data_base64
            "data_base64":"%"                  | its data_base64 is no base64
            "data_base64":5                    | its data_base64 is no base64
            "datacontenttype":""               | its datacontenttype is empty
            """)
    void a_wrong_part_makes_the_whole_wrong(String members, String why) {
        assertThatThrownBy(() -> with(members))
                .isInstanceOf(MalformedException.class)
                .hasMessage(why);
    }

    @Test
    void what_is_nested_without_end_is_refused_and_so_is_what_is_not_utf8() {
        assertThatThrownBy(() -> with("'data':" + "[".repeat(200_000)))
                .isInstanceOf(MalformedException.class)
                .hasMessage("its JSON is nested more than 256 deep");
        assertThatThrownBy(() -> CloudEvents.ofJson(Payload.of(new byte[] {'{', (byte) 0xff, '}'}), NOW))
                .isInstanceOf(MalformedException.class)
                .hasMessage("its JSON is not UTF-8");
    }

    @Test
    void only_an_object_with_a_specversion_looks_like_one() {
        assertThat(looks(" \n{'specversion':'1.0'}")).isTrue();
        assertThat(looks("{'a':{'specversion':'1.0'}}")).isFalse();
        assertThat(looks("{'a':'specversion'}")).isFalse();
        assertThat(looks("['specversion']")).isFalse();
        assertThat(looks("{'specversion':")).isFalse();
        assertThat(looks("specversion")).isFalse();
        assertThat(looks("")).isFalse();
    }

    private static boolean looks(String text) {
        return CloudEvents.looksLikeJson(Payload.of(text.replace('\'', '"')));
    }

    @Test
    void the_function_sees_the_attributes_as_headers() throws Exception {
        var attributes = new HashMap<>(Map.of("specversion", "1.0", "id", "1", "source", "/s", "type", "t"));
        attributes.put("site", "tokyo");
        attributes.put("time", "2018-04-05T17:31:00Z");
        var event = CloudEvents.of(attributes, "text/plain", Payload.of("x"), NOW)
                .withAll(Headers.of("Fern-Match-1", "attic"));
        var trigger = new Trigger(FnName.parse("a/f"), "on", Binding.parse("mqtt:x"));
        var headers = Call.first(trigger, event, NOW).headers(NOW);
        assertThat(headers.all("Ce-Specversion")).containsExactly("1.0");
        assertThat(headers.first("Ce-Id")).isEqualTo("1");
        assertThat(headers.first("Ce-Source")).isEqualTo("/s");
        assertThat(headers.first("Ce-Type")).isEqualTo("t");
        assertThat(headers.first("Ce-Time")).isEqualTo("2018-04-05T17:31:00Z");
        assertThat(headers.first("Ce-Site")).isEqualTo("tokyo");
        assertThat(headers.first("Ce-Subject")).isNull();
        assertThat(headers.first("Content-Type")).isEqualTo("text/plain");
        assertThat(headers.first("Fern-Trigger")).isEqualTo("on");
        assertThat(headers.first("Fern-Match-1")).isEqualTo("attic");
    }

    @Test
    void what_a_header_cannot_hold_is_encoded_in_it() throws Exception {
        var attributes = new HashMap<>(Map.of("specversion", "1.0", "id", "1 ü", "source", "/s?a=%20", "type", "t"));
        attributes.put("subject", "Küche 2 \"€\"");
        attributes.put("site", "東京");
        var event = CloudEvents.of(attributes, null, Payload.EMPTY, NOW);
        var trigger = new Trigger(FnName.parse("a/f"), "on", Binding.parse("event:t"));
        var headers = Call.first(trigger, event, NOW).headers(NOW);
        assertThat(headers.first("Ce-Id")).isEqualTo("1%20%C3%BC");
        assertThat(headers.first("Ce-Source")).isEqualTo("/s?a=%2520");
        assertThat(headers.first("Ce-Subject")).isEqualTo("K%C3%BCche%202%20%22%E2%82%AC%22");
        assertThat(headers.first("Ce-site")).isEqualTo("%E6%9D%B1%E4%BA%AC");
        assertThat(CeHeaders.attributes(headers)).containsAllEntriesOf(attributes);
    }

    @Test
    void a_batch_is_its_events_as_they_are_written() throws Exception {
        assertThat(CloudEvents.ofBatch(Payload.of(" [ ] "), 9)).isEmpty();
        assertThat(CloudEvents.ofBatch(Payload.of("[ {\"a\": 1.10} ,2, [\"]\"] ]"), 9))
                .containsExactly("{\"a\": 1.10}", "2", "[\"]\"]");
        assertThat(CloudEvents.ofBatch(Payload.of("[1,2,3,4,this is not read"), 2))
                .hasSize(3);
        for (var wrong : new String[] {"", "{}", "[", "[1", "[1,]", "[1]x", "[1 2]", "[\u0000]"}) {
            assertThatThrownBy(() -> CloudEvents.ofBatch(Payload.of(wrong), 9)).isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void one_event_is_one_occurrence_for_a_trigger_and_texts_do_not_run_together() throws Exception {
        var trigger = new Trigger(FnName.parse("a/f"), "on", Binding.parse("mqtt:x"));
        var one = occurrence(trigger, "/s", "12");
        assertThat(occurrence(trigger, "/s", "12")).isEqualTo(one);
        assertThat(occurrence(trigger, "/s1", "2")).isNotEqualTo(one);
        assertThat(Occurrence.of(one.bytes())).isEqualTo(one);
    }

    private static Occurrence occurrence(Trigger trigger, String source, String id) throws MalformedException {
        var attributes = Map.of("specversion", "1.0", "id", id, "source", source, "type", "t");
        var found = Occurrence.of(trigger, CloudEvents.of(attributes, null, Payload.EMPTY, NOW));
        if (found == null) {
            throw new AssertionError("it is a CloudEvent");
        }
        return found;
    }

    @Test
    void a_plain_request_with_such_headers_is_no_cloudevent() {
        var request = Event.of(
                "/s", Event.HTTP_REQUEST, null, NOW, null, Headers.of(Event.CLOUD_EVENT, "1.0"), Payload.EMPTY);
        assertThat(request.isCloudEvent()).isFalse();
    }
}
