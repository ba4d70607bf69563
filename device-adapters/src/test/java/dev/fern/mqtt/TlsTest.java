package dev.fern.mqtt;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Payload;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.kit.Mosquitto;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Brokers that ask who is there, and prove who they are. Keys and certificates are made by openssl while testing.
class TlsTest {
    @TempDir
    Path folder;

    @BeforeEach
    void anAuthority() throws Exception {
        openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt");
        certificate("server", "rsa:2048", "IP:127.0.0.1");
    }

    @Test
    void aBrokerWhoseAuthorityIsKnownIsTrusted() throws Exception {
        try (var broker = tls("server");
                var device = device(broker, "ca.crt", null, null)) {
            device.with(fn("house/one", "on/t", "mqtt:a/b"));
            device.adapter.emit("a/b", Payload.of("1"));
            assertThat(device.intake.next().event().data().text()).isEqualTo("1");
        }
    }

    @Test
    void aBrokerWhoseAuthorityIsUnknownIsNot() throws Exception {
        try (var broker = tls("server");
                var device = device(broker, null, null, null)) {
            var problem = device.awaitDown().problem();
            assertThat(problem.why()).endsWith("is not signed by an authority this device trusts");
            assertThat(problem.whatToDo()).contains("mqtt.ca-file");
        }
    }

    @Test
    void aCertificateForAnotherHostIsNotTaken() throws Exception {
        certificate("other", "rsa:2048", "DNS:other.example");
        try (var broker = tls("other");
                var device = device(broker, "ca.crt", null, null)) {
            var problem = device.awaitDown().problem();
            assertThat(problem.why()).contains("is not good").contains("127.0.0.1");
        }
    }

    @Test
    void aCertificateThatIsNotValidYetIsBlamedOnTheClock() throws Exception {
        Files.writeString(folder.resolve("index.txt"), "");
        Files.writeString(folder.resolve("serial"), "01");
        Files.writeString(folder.resolve("ca.cnf"), """
                [ca]
                default_ca = own
                [own]
                database = index.txt
                serial = serial
                new_certs_dir = .
                default_md = sha256
                policy = any
                [any]
                commonName = supplied
                """);
        openssl("ca -batch -config ca.cnf -cert ca.crt -keyfile ca.key -startdate 20990101000000Z"
                + " -enddate 21000101000000Z -extfile server.ext -in server.csr -notext -out server.crt");
        try (var broker = tls("server");
                var device = device(broker, "ca.crt", null, null)) {
            var problem = device.awaitDown().problem();
            assertThat(problem.why())
                    .startsWith("the certificate of mqtts://127.0.0.1:")
                    .contains("is not valid yet by this device's clock");
            assertThat(problem.whatToDo()).contains("check the date");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa:2048", "ec", "ed25519"})
    void aClientShowsItsCertificate(String algorithm) throws Exception {
        certificate("client", algorithm, "DNS:porch");
        try (var broker = tls("server", "cafile " + folder.resolve("ca.crt"), "require_certificate true");
                var device = device(broker, "ca.crt", "client.crt", "client.key")) {
            device.awaitUp();
            try (var stranger = device(broker, "ca.crt", null, null)) {
                assertThat(stranger.awaitDown().problem().why()).contains(url(broker));
            }
        }
    }

    @Test
    void keysInTheOlderFormsOfOpensslAreRead() throws Exception {
        certificate("rsa", "rsa:2048", "DNS:porch");
        openssl("rsa -in rsa.key -traditional -out rsa-old.key");
        certificate("ec", "ec", "DNS:porch");
        openssl("ec -in ec.key -out ec-old.key");
        assertThat(Files.readString(folder.resolve("rsa-old.key"))).contains("BEGIN RSA PRIVATE KEY");
        assertThat(Files.readString(folder.resolve("ec-old.key"))).contains("BEGIN EC PRIVATE KEY");
        try (var broker = tls("server", "cafile " + folder.resolve("ca.crt"), "require_certificate true")) {
            for (var name : List.of("rsa", "ec")) {
                try (var device = device(broker, "ca.crt", name + ".crt", name + "-old.key")) {
                    device.awaitUp();
                }
            }
        }
    }

    @Test
    void aKeyWithAPassphraseIsNamed() throws Exception {
        certificate("client", "rsa:2048", "DNS:porch");
        openssl("rsa -in client.key -aes256 -passout pass:secret -out locked.key");
        try (var broker = tls("server");
                var device = device(broker, "ca.crt", "client.crt", "locked.key")) {
            var problem = device.awaitDown().problem();
            assertThat(problem.why()).contains("locked.key").contains("the key has a passphrase");
            assertThat(problem.whatToDo()).contains("mqtt.key-file");
        }
    }

    @Test
    void filesThatAreMissingOrNonsenseAreNamed() throws Exception {
        Files.writeString(folder.resolve("nonsense"), "nonsense");
        try (var broker = tls("server");
                var missing = device(broker, "none.crt", null, null);
                var nonsense = device(broker, "nonsense", null, null)) {
            assertThat(missing.awaitDown().problem())
                    .isEqualTo(new Problem(
                            folder.resolve("none.crt") + " cannot be read",
                            "make it readable for Fern, or correct mqtt.ca-file"));
            assertThat(nonsense.awaitDown().problem().why()).contains("nonsense has no certificate");
        }
    }

    @Test
    void theUserNameAndThePasswordOfTheFileAreSent() throws Exception {
        var passwords = folder.resolve("passwords");
        run("mosquitto_passwd", "-c", "-b", passwords.toString(), "porch", "right");
        try (var broker =
                Mosquitto.start(folder.resolve("broker"), "allow_anonymous false", "password_file " + passwords)) {
            var file = folder.resolve("password");
            Files.writeString(file, "wrong\n");
            var settings = new Settings.Broker(
                    URI.create(broker.url()), "fern-test", false, "fern", "porch", file, null, null, null);
            try (var device = new Device(Device.settings(settings, Map.of()), 5)) {
                var problem = device.awaitDown().problem();
                assertThat(problem.why()).isEqualTo(broker.url() + " refused the user porch");
                assertThat(problem.whatToDo()).contains("mqtt.password-file");
                Files.writeString(file, "right\n");
                device.awaitUp();
            }
            try (var nobody = new Device(broker.url())) {
                assertThat(nobody.awaitDown().problem().why())
                        .isEqualTo(broker.url() + " refused a client without a name");
            }
        }
    }

    @Test
    void socketsDoNotWaitToFillAPacket() throws Exception {
        try (var plain = Sockets.plain().createSocket();
                var tls = Sockets.tls(Device.broker("mqtts://x"), "mqtt").createSocket()) {
            assertThat(plain.getTcpNoDelay()).isTrue();
            assertThat(tls.getTcpNoDelay()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:1", "mqtt:nowhere", "mqtt://no.such.host.invalid"})
    void anAddressThatCannotBeIsNamed(String url) {
        try (var device = new Device(url)) {
            var down = device.awaitDown();
            assertThat(down.problem().why()).contains(url);
            assertThat(down.problem().whatToDo()).contains("mqtt.url");
        }
    }

    private Mosquitto tls(String certificate, String... more) {
        var lines = new ArrayList<>(List.of(more));
        lines.add("certfile " + folder.resolve(certificate + ".crt"));
        lines.add("keyfile " + folder.resolve(certificate + ".key"));
        return Mosquitto.start(folder.resolve("broker"), lines.toArray(String[]::new));
    }

    private Device device(Mosquitto broker, @Nullable String ca, @Nullable String cert, @Nullable String key) {
        var settings = new Settings.Broker(
                URI.create(url(broker)), "fern-test", false, "fern", null, null, file(ca), file(cert), file(key));
        return new Device(Device.settings(settings, Map.of()));
    }

    private static String url(Mosquitto broker) {
        return "mqtts://127.0.0.1:" + broker.port();
    }

    private @Nullable Path file(@Nullable String name) {
        return name == null ? null : folder.resolve(name);
    }

    private void certificate(String name, String algorithm, String alternativeName) throws Exception {
        var key = algorithm.equals("ec") ? "ec -pkeyopt ec_paramgen_curve:P-256" : algorithm;
        openssl("req -newkey " + key + " -nodes -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr");
        Files.writeString(folder.resolve(name + ".ext"), "subjectAltName=" + alternativeName);
        openssl("x509 -req -in " + name + ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile " + name
                + ".ext -out " + name + ".crt");
    }

    private void openssl(String arguments) throws IOException, InterruptedException {
        run(("openssl " + arguments).split(" "));
    }

    private void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
