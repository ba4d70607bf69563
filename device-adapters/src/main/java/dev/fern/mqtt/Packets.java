package dev.fern.mqtt;

import dev.fern.Payload;
import dev.fern.mqtt.Incoming.Property;
import dev.fern.mqtt.Incoming.Reply;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;

/// Messages as Paho has them, and as we do.
final class Packets {
    private Packets() {}

    /// @param expiryS Message Expiry Interval in seconds, 0 for none
    static MqttMessage outgoing(Outgoing message, long expiryS) {
        var sent = new MqttMessage(message.body().bytes());
        sent.setQos(message.qos());
        sent.setRetained(message.retain());
        var properties = new MqttProperties();
        if (expiryS > 0) {
            properties.setMessageExpiryInterval(expiryS);
        }
        if (message.contentType() != null) {
            properties.setContentType(message.contentType());
        }
        if (message.correlation() != null) {
            properties.setCorrelationData(message.correlation().bytes());
        }
        if (!message.properties().isEmpty()) {
            properties.setUserProperties(message.properties().stream()
                    .map(one -> new UserProperty(one.name(), one.value()))
                    .toList());
        }
        sent.setProperties(properties);
        return sent;
    }

    /// @param repeated whether it came with the flag DUP, which Paho does not hand on
    static Incoming incoming(String topic, MqttMessage message, boolean repeated) {
        var properties = message.getProperties();
        List<Property> named = List.of();
        if (!properties.getUserProperties().isEmpty()) {
            named = new ArrayList<>(properties.getUserProperties().size());
            for (var property : properties.getUserProperties()) {
                named.add(new Property(property.getKey(), property.getValue()));
            }
        }
        return new Incoming(
                message.getId(),
                topic,
                message.getQos(),
                message.isRetained(),
                repeated,
                properties.getSubscriptionIdentifiers(),
                properties.getContentType(),
                named,
                reply(properties),
                Payload.of(message.getPayload()));
    }

    private static @Nullable Reply reply(MqttProperties properties) {
        var topic = properties.getResponseTopic();
        var correlation = properties.getCorrelationData();
        return topic == null ? null : new Reply(topic, correlation == null ? null : Payload.of(correlation));
    }
}
