package dev.fern.mqtt;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fern.InvalidDefinitionException;
import dev.fern.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {
    private final Settings settings =
            Device.settings(Device.broker("mqtt://here"), Map.of("plant", Device.broker("mqtt://there")));
    private final Rules rules = new Rules(settings);

    @ParameterizedTest
    @CsvSource({
        "mqtt:a/#/b,                        goes on after #",
        "mqtt:a/b+,                         mixes a wildcard with text",
        "mqtt:a/#x,                         mixes a wildcard with text",
        "mqtt:$share/g/a,                   add the option share=GROUP",
        "mqtt:a%00b,                        control character",
        "mqtt:a?qos=2,                      qos=2 in mqtt:a?qos=2 is not offered",
        "mqtt:a?qos=x,                      qos=x",
        "mqtt:a?share=a/b,                  no name for a group",
        "mqtt:a?share=,                     no name for a group",
        "mqtt:a?share=g&retained=always,    contradict",
        "mqtt:a?retained=maybe,             'one of new, always, no'",
        "mqtt:a?broker=nowhere,             no broker named nowhere",
        "mqtt:a?loop=forbid,                one of allow",
        "mqtt:a?qos=0&durable=broker,       no broker that keeps messages",
        "mqtt:a?durable=maybe,              one of",
    })
    void aTriggerThatCannotBeIsRefusedWithTheReason(String binding, String reason) {
        assertThatExceptionOfType(InvalidDefinitionException.class)
                .isThrownBy(() -> rules.check(fn("a/f", "on/t", binding)))
                .withMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "mqtt:a/+/b,              has a wildcard",
        "mqtt:a/#,                has a wildcard",
        "mqtt:$share/g/a,         nobody can publish",
        "mqtt:a%0Ab,              control character",
        "mqtt:a?qos=2,            not offered",
        "mqtt:a?retain=maybe,     'one of true, false'",
        "mqtt:a?expiry=soon,      a duration",
        "mqtt:a?expiry=10ms,      expiry=10ms makes no sense",
        "mqtt:a?broker=nowhere,   no broker named nowhere",
    })
    void aTargetThatCannotBeIsRefusedWithTheReason(String binding, String reason) {
        assertThatExceptionOfType(InvalidDefinitionException.class)
                .isThrownBy(() -> rules.check(fn("a/f", "to/t", binding)))
                .withMessageContaining(reason);
    }

    @Test
    void aTopicLongerThanAPacketCanSayIsRefused() {
        assertThatExceptionOfType(InvalidDefinitionException.class)
                .isThrownBy(() -> rules.check(fn("a/f", "to/t", "mqtt:" + "ä".repeat(32_768))))
                .withMessageContaining("longer than 65535 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mqtt:a/+/b/#",
                "mqtt:#",
                "mqtt:+",
                "mqtt:/",
                "mqtt:$SYS/broker/uptime",
                "mqtt:a?share=g",
                "mqtt:a b/ä"
            })
    void aFilterThatTheStandardAllowsIsTaken(String binding) throws Exception {
        rules.check(fn("a/f", "on/t", binding));
    }

    @Test
    void withoutABrokerNothingCanBeListenedTo() {
        var none = new Rules(Device.settings(null, Map.of()));
        assertThatExceptionOfType(InvalidDefinitionException.class)
                .isThrownBy(() -> none.check(fn("a/f", "on/t", "mqtt:a")))
                .withMessageContaining("set mqtt.url in fern.yaml");
    }

    @ParameterizedTest
    @CsvSource({
        "mqtt:in/+,   mqtt:in/x",
        "mqtt:in/+,   mqtt:in/{1}",
        "mqtt:in/#,   mqtt:in",
        "mqtt:in/#,   mqtt:in/{1}/y",
        "mqtt:+/b,    mqtt:{1}/b",
        "mqtt:#,      mqtt:{1}",
        "mqtt:in?share=g, mqtt:in",
        "mqtt:in?broker=plant, mqtt:in?broker=plant",
    })
    void aTargetThatWouldStartItsOwnFunctionIsRefused(String trigger, String target) throws Exception {
        assertThatExceptionOfType(InvalidDefinitionException.class)
                .isThrownBy(() -> rules.check(fn("a/f", "on/t", trigger, "to/x", target)))
                .withMessageContaining("start itself for ever");
        var allowed = target + (target.contains("?") ? "&" : "?") + "loop=allow";
        rules.check(fn("a/f", "on/t", trigger, "to/x", allowed));
    }

    @ParameterizedTest
    @CsvSource({
        "mqtt:in/+,   mqtt:out/{1}",
        "mqtt:in/+,   mqtt:in/{1}/heat",
        "mqtt:in,     mqtt:in?broker=plant",
        "mqtt:+/b,    mqtt:{1}/c",
    })
    void aTargetElsewhereIsTaken(String trigger, String target) throws Exception {
        rules.check(fn("a/f", "on/t", trigger, "to/x", target));
    }

    @Test
    void onlyTheTriggersATargetIsForCount() throws Exception {
        rules.check(fn("a/f", "on/t", "mqtt:in/+", "on/other", "mqtt:out", "to/x", "mqtt:out?from=t"));
        assertThatExceptionOfType(InvalidDefinitionException.class)
                .isThrownBy(() -> rules.check(
                        fn("a/f", "on/t", "mqtt:in/+", "on/other", "mqtt:out", "to/x", "mqtt:out?from=t,other")))
                .withMessageContaining("mqtt:out");
    }

    @Test
    void bindingsOfOtherTypesAreNobodysBusinessHere() throws Exception {
        rules.check(fn("a/f", "on/t", "gpio:17?edge=nonsense", "to/x", "gpio:#"));
        assertThat(settings.mqtt()).isNotNull();
    }
}
