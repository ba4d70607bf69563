package dev.fern.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Settings;
import dev.fern.kit.Examples;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    Path folder;

    /// A key with a certificate that it signed itself.
    private KeyStore keys(String name) throws Exception {
        var store = folder.resolve(name + ".p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        var made = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(made.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return KeyStore.getInstance(store.toFile(), PASSWORD);
    }

    private Path pem(String file, String kind, byte[] bytes) throws IOException {
        var text = "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes) + "\n-----END "
                + kind + "-----\n";
        return Files.writeString(folder.resolve(file), text);
    }

    private Path certificate(KeyStore keys, String name) throws Exception {
        return pem(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded());
    }

    private Visitor secured(@Nullable Path clientCa, String listen) throws Exception {
        var server = keys("server");
        var key = pem(
                "server.key", "PRIVATE KEY", server.getKey("server", PASSWORD).getEncoded());
        var http = new Settings.Http(listen, null, certificate(server, "server"), key, clientCa, List.of("/t/a/open"));
        return new Visitor(Visitor.with(Examples.settings(null, folder), http), List.of());
    }

    private static HttpClient client(Certificate server, @Nullable KeyStore own) throws Exception {
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", server);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var identity = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        identity.init(own, PASSWORD);
        var context = SSLContext.getInstance("TLS");
        context.init(own == null ? null : identity.getKeyManagers(), trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .build();
    }

    private static int status(HttpClient client, Visitor visitor, String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + visitor.door.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private Certificate serverCertificate() throws Exception {
        return KeyStore.getInstance(folder.resolve("server.p12").toFile(), PASSWORD)
                .getCertificate("server");
    }

    @Test
    void beyondLoopbackACertificateOfTheAuthorityIsEnough() throws Exception {
        var known = keys("known");
        var stranger = keys("stranger");
        try (var visitor = secured(certificate(known, "known"), "0.0.0.0:0");
                var with = client(serverCertificate(), known);
                var without = client(serverCertificate(), null);
                var wrong = client(serverCertificate(), stranger)) {
            assertThat(status(with, visitor, "/version")).isEqualTo(200);
            assertThat(status(without, visitor, "/version")).isEqualTo(401);
            assertThat(status(without, visitor, "/health/live")).isEqualTo(200);
            assertThat(status(without, visitor, "/t/a/open")).isEqualTo(404);
            assertThat(status(with, visitor, "/version", "Origin", "https://evil.example.com"))
                    .isEqualTo(401);
            // a client does not even show a certificate that the server says it does not accept
            assertThat(status(wrong, visitor, "/version")).isEqualTo(401);
        }
    }

    @Test
    void endpointsAreHttpsThen() throws Exception {
        try (var visitor = secured(null, "127.0.0.1:0");
                var client = client(serverCertificate(), null)) {
            var base = "https://127.0.0.1:" + visitor.door.port();
            visitor.catalog.handle("POST", "/v2/apps", Map.of(), "{\"name\":\"a\"}".getBytes(UTF_8), "");
            var id = visitor.catalog
                    .handle("GET", "/v2/apps", Map.of(), new byte[0], "")
                    .json()
                    .substring(17, 43);
            var made = client.send(
                    HttpRequest.newBuilder(URI.create(base + "/v2/fns"))
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"name\":\"f\",\"app_id\":\"" + id + "\",\"image\":\"i\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(made.body()).contains("\"" + base + "/invoke/");
        }
    }

    @Test
    void aCertificateWithoutItsKeyStopsTheStart() throws Exception {
        var server = keys("server");
        var http = new Settings.Http("127.0.0.1:0", null, certificate(server, "server"), null, null, List.of());
        assertThatThrownBy(() -> new Visitor(Visitor.with(Examples.settings(null, folder), http), List.of()).close())
                .isInstanceOf(CannotListenException.class)
                .hasMessageStartingWith("TLS needs a certificate and its key;");
    }

    @Test
    void aFileThatIsNoKeyStopsTheStart() throws Exception {
        var server = keys("server");
        var rubbish = Files.writeString(folder.resolve("rubbish.key"), "rubbish");
        var http = new Settings.Http("127.0.0.1:0", null, certificate(server, "server"), rubbish, null, List.of());
        assertThatThrownBy(() -> new Visitor(Visitor.with(Examples.settings(null, folder), http), List.of()).close())
                .isInstanceOf(CannotListenException.class)
                .hasMessageContaining("rubbish.key is no PEM that can be used");
        var missing = new Settings.Http(
                "127.0.0.1:0", null, certificate(server, "server"), folder.resolve("none"), null, List.of());
        assertThatThrownBy(() -> new Visitor(Visitor.with(Examples.settings(null, folder), missing), List.of()).close())
                .isInstanceOf(CannotListenException.class)
                .hasMessageContaining("none under http: cannot be read");
    }
}
