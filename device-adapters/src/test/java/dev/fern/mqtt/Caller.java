package dev.fern.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/// Somebody who calls functions by message.
final class Caller implements AutoCloseable {
    private final Outside outside;

    /// What came to the response topic.
    record Answered(String correlation, String body, String type, int qos, Map<String, String> fields) {
        String status() {
            return fields.getOrDefault("fern-status", "none");
        }

        String error() {
            return fields.getOrDefault("fern-error", "none");
        }
    }

    Caller(int port) throws MqttException {
        outside = new Outside(port).subscribe("answers/#");
    }

    void call(String function, String correlation, String body, String... fields) throws MqttException {
        outside.publish("fern/test/invoke/" + function, body, to("answers/here", correlation, fields));
    }

    void publish(String topic, String body, int qos, boolean retain, MqttProperties properties) throws MqttException {
        outside.publish(topic, body, qos, retain, properties);
    }

    void publish(String topic, String body) throws MqttException {
        outside.publish(topic, body);
    }

    static MqttProperties to(String topic, String correlation, String... fields) {
        var properties = new MqttProperties();
        properties.setResponseTopic(topic);
        properties.setCorrelationData(correlation.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < fields.length; i += 2) {
            properties.getUserProperties().add(new UserProperty(fields[i], fields[i + 1]));
        }
        return properties;
    }

    Answered next() throws InterruptedException {
        return answered(outside.next());
    }

    List<Answered> rest() {
        return outside.rest().stream().map(Caller::answered).toList();
    }

    private static Answered answered(Outside.Heard heard) {
        var properties = heard.properties();
        var fields = new HashMap<String, String>();
        properties.getUserProperties().forEach(one -> fields.put(one.getKey(), one.getValue()));
        var correlation = properties.getCorrelationData();
        return new Answered(
                correlation == null ? "none" : new String(correlation, StandardCharsets.UTF_8),
                heard.text(),
                properties.getContentType() == null ? "none" : properties.getContentType(),
                heard.qos(),
                fields);
    }

    @Override
    public void close() throws MqttException {
        outside.close();
    }
}
