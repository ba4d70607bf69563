package dev.fern.mqtt;

import dev.fern.mqtt.Faults.FaultException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/// What goes into CONNECT, and under it.
final class Connect {
    private static final long SESSION_S = TimeUnit.DAYS.toSeconds(7);
    private static final int KEEP_ALIVE_S = 30;
    private static final int TIMEOUT_S = 10;

    private Connect() {}

    /// Where Paho shall connect to.
    static String address(Link.Plan plan) throws FaultException {
        var url = plan.broker().url();
        boolean tls = "mqtts".equals(url.getScheme()) || "ssl".equals(url.getScheme());
        if (url.getHost() == null || !tls && !"mqtt".equals(url.getScheme()) && !"tcp".equals(url.getScheme())) {
            throw new FaultException(
                    url + " is no address of a broker", "write " + plan.key() + ".url as mqtt://HOST or mqtts://HOST");
        }
        int port = url.getPort() > 0 ? url.getPort() : tls ? 8883 : 1883;
        return (tls ? "ssl://" : "tcp://") + url.getHost() + ":" + port;
    }

    /// Reads the files that the configuration names, so that a renewed one counts from the next connection on.
    static MqttConnectionOptions options(Link.Plan plan) throws FaultException {
        var broker = plan.broker();
        var options = new MqttConnectionOptions();
        options.setCleanStart(false);
        options.setSessionExpiryInterval(SESSION_S);
        options.setKeepAliveInterval(KEEP_ALIVE_S);
        options.setConnectionTimeout(TIMEOUT_S);
        options.setReceiveMaximum(plan.receiveMaximum());
        options.setMaximumPacketSize((long) plan.packetBytes());
        options.setTopicAliasMaximum(0);
        options.setAutomaticReconnect(false);
        options.setSocketFactory(address(plan).startsWith("ssl:") ? Sockets.tls(broker, plan.key()) : Sockets.plain());
        options.setHttpsHostnameVerificationEnabled(true);
        if (broker.username() != null) {
            options.setUserName(broker.username());
        }
        if (broker.passwordFile() != null) {
            var password = Sockets.read(broker.passwordFile(), plan.key() + ".password-file");
            options.setPassword(password.replaceFirst("\\R$", "").getBytes(StandardCharsets.UTF_8));
        }
        var testament = plan.will();
        if (testament != null) {
            var will = new MqttMessage(
                    testament.body().bytes(), testament.qos(), testament.retain(), new MqttProperties());
            options.setWill(testament.topic(), will);
        }
        return options;
    }
}
