package dev.fern.sync;

import static dev.fern.sync.Tokyo.document;
import static dev.fern.sync.Tokyo.fn;
import static dev.fern.sync.Tokyo.resolver;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonNull;
import io.helidon.json.JsonNumber;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What somebody wrote wrongly, and what is no mistake though it may look like one.
class ResolverMistakesTest {
    private static final String MISTAKES = """
        {'fern/nonsense':'x'}                                    | annotation fern/nonsense is unknown
        {'fern/on':'mqtt:a'}                                     | annotation fern/on is unknown
        {'fern/on/':'mqtt:a'}                                    | '' in annotation fern/on/ is no name
        {'fern/to/a.b':'mqtt:a'}                                 | 'a.b' in annotation fern/to/a.b is no name
        {'fern/on/ä':'off'}                                      | is no name
        {'fern/on/t':7}                                          | annotation fern/on/t is neither a string nor
        {'fern/on/t':{'mqtt':'a'}}                               | annotation fern/on/t is neither a string nor
        {'fern/to/t':['mqtt:a',1]}                               | annotation fern/to/t is neither a string nor
        {'fern/on/t':[]}                                         | annotation fern/on/t is an empty array
        {'fern/on/t':null}                                       | annotation fern/on/t is neither a string nor
        {'fern/on/t':'off?'}                                     | has no type
        {'fern/on/t':'mqtt:'}                                    | has no address
        {'fern/on/t':'amqp:a'}                                   | trigger type amqp in amqp:a is unknown
        {'fern/on/t':'http:/a'}                                  | trigger type http in http:/a is unknown
        {'fern/on/t':'mqtt:a?qoss=1'}                            | option qoss in mqtt:a?qoss=1 is unknown
        {'fern/on/t':'sensor:air?unit=F'}                       | option unit in sensor:air?unit=F is unknown
        {'fern/rollout':'10%'}                                   | needs the image of all others, with its digest
        {'fern/rollback':'errors=0/10'}                          | annotation fern/rollback=errors=0/10 makes no sense
        {'fern/rollback':'errors=4/3'}                           | annotation fern/rollback=errors=4/3 makes no sense
        {'fern/rollback':'errors=1/1001'}                        | annotation fern/rollback=errors=1/1001 makes no
        {'fern/rollback':'3/10'}                                 | annotation fern/rollback=3/10 makes no sense
        {'fern/isolation':'jail'}                                | annotation fern/isolation=jail makes no sense
        {'fern/layers':'some'}                                   | annotation fern/layers=some makes no sense
        {'fern/warm':'yes'}                                      | annotation fern/warm=yes makes no sense
        {'fern/warm':[true]}                                     | annotation fern/warm is no string
        {'fern/concurrency':'0'}                                 | annotation fern/concurrency=0 makes no sense
        {'fern/concurrency':65}                                  | annotation fern/concurrency=65 makes no sense
        {'fern/concurrency':1.5}                                 | annotation fern/concurrency=1.5 makes no sense
        {'fern/concurrency':1e999999999}                         | fern/concurrency=1E+999999999 makes no sense
        {'fern/concurrency':'many'}                              | annotation fern/concurrency=many makes no sense
        {'fern/devices':'a=b=c'}                                 | is no condition
        {'fern/devices':'site=tokyo,'}                           | is no condition
        {'fern/devices':{}}                                      | annotation fern/devices is no string
        {'fern/on/t':'mqtt:a?retries=1001'}                      | retries=1001 makes no sense
        {'fern/on/t':'mqtt:a?retries=-1'}                        | retries=-1 makes no sense
        {'fern/on/t':'mqtt:a?backoff=1s'}                        | backoff=1s makes no sense
        {'fern/on/t':'mqtt:a?backoff=1m..1s'}                    | backoff=1m..1s makes no sense
        {'fern/on/t':'mqtt:a?backoff=0..1s'}                     | backoff=0..1s makes no sense
        {'fern/on/t':'mqtt:a?backoff=1s..2s..3s'}                | backoff=1s..2s..3s makes no sense
        {'fern/on/t':'mqtt:a?backoff=1s..366d'}                  | backoff=1s..366d makes no sense
        {'fern/on/t':'mqtt:a?hold=ever'}                         | hold=ever makes no sense
        {'fern/on/t':'mqtt:a?hold=400d'}                         | hold=400d makes no sense
        {'fern/on/t':'mqtt:a?order=topic'}                       | order=topic makes no sense
        {'fern/on/t':'mqtt:a?loop=deny'}                         | loop=deny makes no sense
        {'fern/on/t':'mqtt:a?durable=maybe'}                     | durable=maybe makes no sense
        {'fern/on/t':'gpio:4?durable=broker'}                    | has no broker that keeps messages
        {'fern/on/t':'mqtt:{label.nope}'}                        | {label.nope} in mqtt:{label.nope} has no value
        {'fern/on/t':'mqtt:a/{1}'}                               | {1} in mqtt:a/{1} has no value
        {'fern/to/t':'mqtt:a?format=xml'}                        | format=xml makes no sense
        {'fern/to/t':'mqtt:a?retries=x'}                         | retries=x makes no sense
        {'fern/to/t':'mqtt:a?expiry=0'}                          | expiry=0 makes no sense
        {'fern/to/t':'mqtt:a?max-age=soon'}                      | max-age=soon makes no sense
        {'fern/to/t':'mqtt:a?from=b'}                            | from=b in mqtt:a?from=b names no trigger
        {'fern/to/t':'mqtt:a?from='}                             | names no trigger
        {'fern/on/invoke':'mqtt:a'}                              | two triggers are called invoke
        {'fern/on/t':'mqtt:a/+','fern/to/o':'mqtt:{2}'}          | trigger t (mqtt:a/+) cannot fill {2}
        {'fern/on/t':'mqtt:a','fern/to/o':'mqtt:{1}'}            | trigger t (mqtt:a) cannot fill {1}
        {'fern/on/t':'mqtt:a/b+','fern/to/o':'mqtt:{1}'}         | cannot fill {1}
        {'fern/on/t':'gpio:4','fern/to/o':'mqtt:x?value={1}'}    | trigger t (gpio:4) cannot fill {1}
        {'fern/to/o':'mqtt:{1}?from=invoke'}                     | trigger invoke (invoke:F) cannot fill {1}
        """;

    @TempDir
    Path folder;

    private Fn resolve(Definition definition) throws InvalidDefinitionException {
        return resolver(folder).resolve(definition);
    }

    private InvalidDefinitionException refused(Definition definition) {
        return catchThrowableOfType(InvalidDefinitionException.class, () -> resolve(definition));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = MISTAKES)
    void eachMistakeIsAPlainSentence(String annotations, String why) {
        var e = refused(fn(annotations));
        assertThat(e).as(annotations).isNotNull();
        assertThat(e.problem().why()).contains(why);
        assertThat(e.problem().whatToDo()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'fern/on/t':'mqtt:a/+/b/#','fern/to/o':'mqtt:{1}/{2}'}",
                "{'fern/on/t':'mqtt:a/+','fern/on/u':'gpio:4','fern/to/o':'mqtt:{1}?from=t'}",
                "{'fern/to/o':'mqtt:x/{1}'}",
                "{'fern/to/o':'mqtt:x?from=invoke'}",
                "{'fern/on/t':'mqtt:a?hold=forever&order=subject&loop=allow&durable=disk&backoff=250ms..1h&retries=0'}",
                "{'fern/to/t':'mqtt:a?format=body&retries=1000&max-age=10s&value=x'}",
                "{'elsewhere/on/t':7,'fernsomething':'x'}",
            })
    void whatMakesSenseIsLeftAlone(String annotations) throws InvalidDefinitionException {
        assertThat(resolve(fn(annotations)).image()).isEqualTo("reg/too-hot:1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            no json                                                                | is no JSON object
            []                                                                     | is no JSON object
            {}                                                                     | has no id
            {'app':{'id':'A'}}                                                     | has no image
            {'app':7}                                                              | app of greenhouse/too-hot is no object
            {'app':{'id':'A'},'fn':{'image':''}}                                   | has no image
            {'app':{'id':'A'},'fn':{'image':['i']}}                                | has no image
            {'app':{'id':'A'},'fn':{'image':'i','memory':'64'}}                    | memory of fn of greenhouse/too-hot makes no
            {'app':{'id':'A'},'fn':{'image':'i','memory':8193}}                    | memory of fn of
            {'app':{'id':'A'},'fn':{'image':'i','memory':1e99999999999}}           | memory of fn of
            {'app':{'id':'A'},'fn':{'image':'i','timeout':301}}                    | timeout of fn of
            {'app':{'id':'A'},'fn':{'image':'i','timeout':1.5}}                    | timeout of fn of
            {'app':{'id':'A'},'fn':{'image':'i','idle_timeout':-1}}                | idle_timeout of fn of
            {'app':{'id':'A'},'fn':{'image':'i','config':{'A':1}}}                 | A in config of fn of
            {'app':{'id':'A'},'fn':{'image':'i','annotations':'x'}}                | is no object
            {'app':{'id':'A'},'fn':{'image':'i'},'triggers':{}}                    | is no array
            {'app':{'id':'A'},'fn':{'image':'i'},'triggers':[1]}                   | has an entry that is no object
            {'app':{'id':'A'},'fn':{'image':'i'},'triggers':[{'type':'http'}]}     | has no source
            {'app':{'id':'A'},'fn':{'image':'i'},'triggers':[{'name':'t','type':'mqtt','source':'/a'}]} | of type mqtt
            {'app':{'id':'A'},'fn':{'image':'i'},'triggers':[{'name':'t','type':'http','source':'a'}]}  | source a
            {'app':{'id':'A'},'fn':{'image':'i'},'triggers':[{'name':'invoke','type':'http','source':'/a'}]} | two triggers are called invoke
            {'app':{'id':'A'},'fn':{'image':'i','annotations':{'fern/on/t':'mqtt:a'}},'triggers':[{'name':'t','type':'http','source':'/a'}]} | two triggers are called t
            """)
    void aDocumentThatIsNoneIsAPlainSentence(String json, String why) {
        var e = refused(document(json));
        assertThat(e).as(json).isNotNull();
        assertThat(e.problem().why()).contains(why);
    }

    /// Never a fault of ours.
    @Test
    void whateverSomebodyWroteGetsAnAnswerOrAReason() {
        var valid = "{\"app\":{\"id\":\"A\",\"name\":\"greenhouse\",\"config\":{\"LIMIT\":\"20\"},\"annotations\":"
                + "{\"fern/concurrency\":2,\"fern/devices\":\"site=tokyo,!x\"}},\"fn\":{\"id\":\"F\",\"name\":\"too-hot\","
                + "\"image\":\"i\",\"memory\":64,\"timeout\":5,\"config\":{\"K\":\"v\"},\"annotations\":{"
                + "\"fern/on/t\":[\"mqtt:{app}/+/t?qos=1&retries=3&backoff=1s..1m\",\"mqtt:+/#\"],"
                + "\"fern/to/o\":\"mqtt:o/{1}?from=t&max-age=1s\",\"fern/warm\":true}},"
                + "\"triggers\":[{\"name\":\"web\",\"type\":\"http\",\"source\":\"/x\"}]}";
        var resolver = resolver(folder);
        var random = new Random(20261123);
        int understood = 0;
        int refused = 0;
        for (int i = 0; i < 8_000; i++) {
            var text = random.nextBoolean()
                    ? scrambled(valid, random)
                    : mutated(Json.parse(valid), random).toString();
            var definition = new Definition(new FnName("greenhouse", "too-hot"), "F", text);
            resolver.chosen(definition);
            try {
                resolver.resolve(definition);
                understood++;
            } catch (InvalidDefinitionException e) {
                assertThat(e.problem().why()).isNotBlank();
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("round " + i + ": " + text, e);
            }
        }
        assertThat(understood).isGreaterThan(500);
        assertThat(refused).isGreaterThan(500);
    }

    private static String scrambled(String text, Random random) {
        var out = new StringBuilder(text);
        var signs = "{}[]\",:?&=+#%/.0123456789abcms-!\\é\u0000";
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(out.length());
            switch (random.nextInt(3)) {
                case 0 -> out.setCharAt(at, signs.charAt(random.nextInt(signs.length())));
                case 1 -> out.deleteCharAt(at);
                default -> out.insert(at, signs.charAt(random.nextInt(signs.length())));
            }
        }
        return out.toString();
    }

    /// The value with something of another kind somewhere in it.
    private static JsonValue mutated(JsonValue value, Random random) {
        if (random.nextInt(40) == 0) {
            return switch (random.nextInt(7)) {
                case 0 -> JsonNull.instance();
                case 1 -> JsonNumber.create(random.nextInt(200) - 100);
                case 2 ->
                    JsonString.create(List.of("", "off", "mqtt:a", "{", "{1}", "%", "a?b", "true", "-1")
                            .get(random.nextInt(9)));
                case 3 -> JsonArray.create(value);
                case 4 -> JsonObject.builder().set("fern/on/x", value).build();
                case 5 -> JsonNumber.create(random.nextDouble());
                default -> JsonObject.empty();
            };
        }
        return switch (value) {
            case JsonObject object -> {
                var builder = JsonObject.builder();
                object.keysAsStrings()
                        .forEach(key ->
                                builder.set(key, mutated(object.value(key).orElseThrow(), random)));
                yield builder.build();
            }
            case JsonArray array -> {
                var items = new ArrayList<JsonValue>();
                array.values().forEach(item -> items.add(mutated(item, random)));
                yield JsonArray.create(items);
            }
            default -> value;
        };
    }
}
