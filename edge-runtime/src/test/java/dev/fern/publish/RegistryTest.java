package dev.fern.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said when a registry does not do as it should; that pushing works is shown with a real one in the e2e
/// module.
class RegistryTest {
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String LOGIN =
            Base64.getEncoder().encodeToString("ada:s3cret".getBytes(StandardCharsets.UTF_8));

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private HttpServer http;
    private String host = "";
    private boolean wantsLogin;
    private int status = 200;
    private String body = "{}";

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", this::answer);
        http.start();
        host = "127.0.0.1:" + http.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        http.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        var login = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + login);
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        boolean home = exchange.getRequestURI().getPath().equals("/v2/");
        if (wantsLogin && !login.equals("Basic " + LOGIN)) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"here\"");
            exchange.sendResponseHeaders(401, -1);
        } else if (home) {
            exchange.sendResponseHeaders(200, -1);
        } else {
            exchange.getResponseHeaders().set("Content-Type", status == 200 ? MANIFEST : "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    private Order order(@Nullable Path logins) {
        return new Order(
                folder.resolve("func.yaml"),
                "lab",
                host + "/acme",
                URI.create("http://127.0.0.1:1"),
                null,
                logins,
                Set.of(),
                true,
                true,
                false);
    }

    private Path logins(String auth) throws IOException {
        return Files.writeString(
                folder.resolve("config.json"), "{\"auths\":{\"" + host + "\":{\"auth\":\"" + auth + "\"}}}");
    }

    private void read(@Nullable Path logins) throws PublishException {
        try (var registry = new Registry(Registry.reference(host + "/base:1"), order(logins), false)) {
            registry.read("amd64");
        }
    }

    @Test
    void aBaseImageThatIsNotThereIsSaidWithTheWayWithoutIt() {
        status = 404;
        body = "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}";

        assertThatThrownBy(() -> read(null))
                .isInstanceOf(PublishException.class)
                .hasMessageContaining("has no base image")
                .hasMessageContaining("--edge-only");
    }

    @Test
    void aRegistryThatIsAwayIsSaidForTheBaseAndForTheTarget() {
        http.stop(0);

        assertThatThrownBy(() -> read(null))
                .hasMessageContaining("cannot be reached")
                .hasMessageContaining("--edge-only");
        assertThatThrownBy(() -> new Registry(Registry.reference(host + "/acme/f:1"), order(null), true).close())
                .hasMessageContaining("the registry " + host + " cannot be reached; check --registry or FN_REGISTRY");
    }

    @Test
    void aLoginThatIsMissingOrWrongIsSaidAndNeverShown() throws Exception {
        wantsLogin = true;

        assertThatThrownBy(() -> read(null))
                .hasMessageContaining("wants a login")
                .hasMessageContaining("--registry-auth");
        var wrong = logins(Base64.getEncoder().encodeToString("ada:s3cre7".getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> read(wrong))
                .hasMessageContaining("refuses the login")
                .hasMessageContaining("config.json")
                .hasMessageNotContaining("s3cre");
    }

    @Test
    void aLoginOfTheFileIsShownToItsRegistry() throws Exception {
        wantsLogin = true;
        status = 404;

        assertThatThrownBy(() -> read(logins(LOGIN))).hasMessageContaining("has no base image");
        assertThat(requests).anyMatch(request -> request.equals("GET /v2/base/manifests/1 Basic " + LOGIN));
    }

    @Test
    void aFileOfLoginsThatIsNoneIsSaid() throws Exception {
        var file = Files.writeString(folder.resolve("config.json"), "s3cret");

        assertThatThrownBy(() -> read(file))
                .hasMessageContaining("the registry logins in " + file)
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void plainHttpIsSpokenOnlyWhereItMayBe() throws Exception {
        assertThat(Registry.isLoopback("127.0.0.1:5000")).isTrue();
        assertThat(Registry.isLoopback("[::1]:5000")).isTrue();
        assertThat(Registry.isLoopback("127.0.0.1.example.com")).isFalse();
        try (var socket = new ServerSocket(0)) {
            var heard = new CopyOnWriteArrayList<Integer>();
            Thread.ofVirtual().start(() -> answerAll(socket, heard));
            // a name for this machine that is none of those
            var image = Registry.reference("0.0.0.0:" + socket.getLocalPort() + "/acme/f:1");

            assertThatThrownBy(() -> new Registry(image, order(null), true).close())
                    .hasMessageContaining("there is no safe connection to the registry 0.0.0.0")
                    .hasMessageContaining("registry.insecure");
            assertThat(heard).as("a TLS handshake, no G of GET").isNotEmpty().containsOnly(0x16);
        }
    }

    private static void answerAll(ServerSocket socket, List<Integer> heard) {
        try {
            while (true) {
                try (var connection = socket.accept()) {
                    heard.add(connection.getInputStream().read());
                    connection
                            .getOutputStream()
                            .write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    @Test
    void whatIsNoManifestIsNoBaseImage() {
        body = "{\"schemaVersion\":2,\"mediaType\":\"" + MANIFEST + "\",\"layers\":[]}";

        assertThatThrownBy(() -> read(null))
                .isInstanceOf(PublishException.class)
                .hasMessageContaining("base image");
    }

    @Test
    void aNameThatNoImageCanHaveIsSaid() {
        assertThatThrownBy(() -> Registry.reference(host + "/Acme/F:1")).hasMessageContaining("lower case");
    }
}
