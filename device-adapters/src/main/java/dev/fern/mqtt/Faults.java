package dev.fern.mqtt;

import dev.fern.Clock;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.SinkException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.time.Instant;
import javax.net.ssl.SSLException;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

/// What went wrong between this device and a broker, in words.
final class Faults {
    private static final String RETRIES = "; Fern tries again by itself";

    private Faults() {}

    /// Why there is no connection.
    ///
    /// @param key where the broker is configured, such as `mqtt`
    static Problem connection(Throwable fault, Settings.Broker broker, String key, Instant now) {
        if (fault instanceof FaultException known) {
            return known.problem();
        }
        var at = broker.url().toString();
        if (cause(fault, UnknownHostException.class) != null) {
            return new Problem(
                    "the host of " + at + " is unknown", "check " + key + ".url and the network's DNS" + RETRIES);
        }
        if (Clock.blamed(fault, at, now) instanceof Problem clock) {
            return clock;
        }
        if (cause(fault, SSLException.class) instanceof SSLException tls) {
            return tls(tls, at, key);
        }
        if (cause(fault, SocketTimeoutException.class) != null) {
            return silent(broker, key);
        }
        if (cause(fault, ConnectException.class) != null || cause(fault, NoRouteToHostException.class) != null) {
            return new Problem(
                    "nobody listens at " + at, "start the broker, or check " + key + ".url and the network" + RETRIES);
        }
        int reason = fault instanceof MqttException mqtt ? mqtt.getReasonCode() : 0;
        return reason > 0 && reason < 0x100
                ? ended(reason, null, broker, key)
                : new Problem(
                        "the connection to " + at + " is broken (" + deepest(fault) + ")",
                        "check the broker and the network" + RETRIES);
    }

    /// The same, for somebody who does not try again by himself.
    static Problem once(Problem problem) {
        return new Problem(problem.why(), problem.whatToDo().replace(RETRIES, ""));
    }

    /// Why the broker did not want us, or not any more (MQTT 5, section 2.4).
    static Problem ended(int reason, @Nullable String text, Settings.Broker broker, String key) {
        var at = broker.url().toString();
        var said = text == null || text.isEmpty() ? "" : " (it says: " + text + ")";
        return switch (reason) {
            case 1, 0x84 ->
                new Problem(at + " does not speak MQTT 5" + said, "use a broker that does, such as mosquitto 2");
            case 2, 0x85 ->
                new Problem(
                        at + " does not take the client id " + broker.clientId() + said,
                        "set another " + key + ".client-id");
            case 4, 5, 0x86, 0x87, 0x8C ->
                new Problem(
                        at + " refused "
                                + (broker.username() == null
                                        ? "a client without a name"
                                        : "the user " + broker.username())
                                + said,
                        "check " + key + ".username, " + key + ".password-file and the broker's list of users"
                                + RETRIES);
            case 0x8A -> new Problem(at + " has banned this client" + said, "ask who runs the broker");
            case 0x8E ->
                new Problem(
                        "another client took over the id " + broker.clientId() + " at " + at + said,
                        "give each device its own " + key + ".client-id");
            case 0x95 ->
                new Problem(
                        at + " found a message too large" + said,
                        "let the function return less, or raise the broker's limit");
            default ->
                new Problem(
                        at + " ended the connection with reason 0x" + Integer.toHexString(reason) + said,
                        "look at the broker's log" + RETRIES);
        };
    }

    /// Connections are made and end at once. The usual reason is not said: mosquitto before 2.0.12 drops the
    /// first of two clients with one id without a word.
    static Problem flapping(Problem why, Settings.Broker broker, String key) {
        return new Problem(
                "connections to " + broker.url() + " end soon after they are made, as if another client had the id "
                        + broker.clientId() + " too: " + why.why(),
                "give each device its own " + key + ".client-id, or look at the broker's log");
    }

    static Problem silent(Settings.Broker broker, String key) {
        return new Problem(
                "no answer from " + broker.url(), "check the broker, " + key + ".url and the network" + RETRIES);
    }

    /// Why a SUBSCRIBE was refused (MQTT 5, table 3-8).
    static Problem subscription(int reason, @Nullable String text, String filter) {
        var said = text == null || text.isEmpty() ? "" : " (it says: " + text + ")";
        return switch (reason) {
            case 0x87 ->
                new Problem(
                        "the broker does not let this device listen to " + filter + said,
                        "allow it in the broker's access list");
            case 0x8F -> new Problem("the broker does not take the filter " + filter + said, "correct the filter");
            case 0x9E ->
                new Problem(
                        "the broker has no shared subscriptions, which " + filter + " needs" + said, "remove share=");
            case 0x97 ->
                new Problem(
                        "the broker allows no further subscription for " + filter + said, "raise the broker's limit");
            default ->
                new Problem(
                        "the broker refused to subscribe to " + filter + " with reason 0x" + Integer.toHexString(reason)
                                + said,
                        "look at the broker's log");
        };
    }

    /// Why a PUBLISH was refused (MQTT 5, table 3-4).
    static SinkException publish(int reason, @Nullable String text, String topic) {
        var said = text == null || text.isEmpty() ? "" : " (it says: " + text + ")";
        return switch (reason) {
            case 0x87 ->
                SinkException.never("the broker does not let this device publish to " + topic + said
                        + "; allow it in the broker's access list");
            case 0x90 -> SinkException.never("the broker does not take the topic " + topic + said);
            case 0x99 -> SinkException.never("the broker does not take the content type for " + topic + said);
            case 0x97 -> SinkException.away("a quota of the broker is used up, so it did not take " + topic + said);
            default ->
                SinkException.later(
                        "the broker refused " + topic + " with reason 0x" + Integer.toHexString(reason) + said);
        };
    }

    private static Problem tls(SSLException fault, String at, String key) {
        if (cause(fault, CertPathBuilderException.class) != null) {
            return new Problem(
                    "the certificate of " + at + " is not signed by an authority this device trusts",
                    "set " + key + ".ca-file to the certificate of the authority");
        }
        if (cause(fault, CertificateException.class) instanceof CertificateException certificate) {
            return new Problem(
                    "the certificate of " + at + " is not good: " + certificate.getMessage(),
                    "use the host name that the certificate is for, or have the broker's certificate renewed");
        }
        return new Problem(
                "no TLS with " + at + ": " + deepest(fault),
                "check " + key + ".url, " + key + ".cert-file and " + key + ".key-file" + RETRIES);
    }

    private static String deepest(Throwable fault) {
        var deepest = fault;
        while (deepest.getCause() instanceof Throwable cause) {
            deepest = cause;
        }
        return deepest.getMessage() instanceof String message
                ? message
                : deepest.getClass().getSimpleName();
    }

    private static <T extends Throwable> @Nullable T cause(Throwable fault, Class<T> type) {
        for (Throwable at = fault; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }

    /// Something on this device keeps a connection from being tried.
    static final class FaultException extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        FaultException(String why, String whatToDo) {
            super(why);
            problem = new Problem(why, whatToDo);
        }

        Problem problem() {
            return problem;
        }
    }
}
