package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands reach a daemon that speaks TLS with the certificate of its configuration, and no other.
class PinnedCertificateTest {
    @TempDir
    Path folder;

    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        keytool("one");
        keytool("other");
        var keys = KeyStore.getInstance(folder.resolve("one.p12").toFile(), "changeit".toCharArray());
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 2);
                exchange.getResponseBody().write("[]".getBytes(StandardCharsets.UTF_8));
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /// A key with its own certificate for a name that nobody here has, as NAME.p12 and NAME.pem.
    private void keytool(String name) throws IOException, InterruptedException {
        var tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var store = List.of("-keystore", name + ".p12", "-storepass", "changeit", "-alias", "a");
        run(tool, store, "-genkeypair", "-keyalg", "EC", "-dname", "CN=porch-1.example.com");
        run(tool, store, "-exportcert", "-rfc", "-file", name + ".pem");
    }

    private void run(String tool, List<String> store, String... arguments) throws IOException, InterruptedException {
        var command = new ProcessBuilder(arguments);
        command.command().addFirst(tool);
        command.command().addAll(store);
        var process = command.directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private Shell.Ran calls(String certificate) throws IOException {
        var config = Files.writeString(
                folder.resolve("fern.yaml"),
                "http: {listen: '127.0.0.1:" + server.getAddress().getPort() + "', tls-cert-file: " + certificate
                        + ", tls-key-file: " + certificate + "}\n");
        return new Shell().fern("calls", "--config", config.toString());
    }

    @Test
    void the_configured_certificate_is_trusted_whatever_its_name() throws IOException {
        assertThat(calls("one.pem")).isEqualTo(new Shell.Ran(0, "", "no calls are waiting\n"));
    }

    @Test
    void another_one_is_not() throws IOException {
        assertThat(calls("other.pem").code()).isEqualTo(1);
        assertThat(calls("other.pem").err()).contains("this is not the daemon's certificate");
        assertThat(calls("fern.yaml").err()).contains("the certificate", "cannot be read");
    }
}
