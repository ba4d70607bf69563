package dev.fern.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.fern.Health;
import dev.fern.sync.FakeFn.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The bytes of a real server, and everything else that may come in their place.
class CloudAnswersTest {
    private static final Duration SHORT = Duration.ofMillis(400);

    @TempDir
    Path folder;

    private FakeFn server;
    private Follower follower;

    @BeforeEach
    void start() throws IOException {
        server = new FakeFn();
        follower = new Follower(server.url(), "myapp");
        server.instead(CloudAnswersTest::recorded);
    }

    @AfterEach
    void stop() {
        follower.close();
        server.close();
    }

    private static Reply recorded(String uri) throws IOException {
        return Reply.recorded(
                200,
                switch (uri) {
                    case "/v2/apps?name=myapp&per_page=100" -> "apps.json";
                    case "/v2/fns?app_id=01M84Y1C5ZR00040J70M000001&per_page=100" -> "fns.json";
                    case "/v2/triggers?app_id=01M84Y1C5ZR00040J70M000001&per_page=100" -> "triggers.json";
                    default -> "nothing.json";
                });
    }

    @Test
    void theBytesOfARealServerBecomeOneCanonicalDocument() {
        follower.start();
        assertThat(follower.sets.getLast()).singleElement().satisfies(hello -> {
            assertThat(hello.name()).hasToString("myapp/hello");
            assertThat(hello.id()).isEqualTo("01M84Y1C7ER00040J70M000002");
            assertThat(hello.document())
                    .isEqualTo("{\"app\":{\"annotations\":{\"edge.io/site\":\"lab\"},\"config\":{\"A\":\"1\"},"
                            + "\"created_at\":\"2026-11-23T19:27:29.983Z\",\"id\":\"01M84Y1C5ZR00040J70M000001\","
                            + "\"name\":\"myapp\"},\"fn\":{\"annotations\":{\"mqtt\":{\"qos\":1,"
                            + "\"topic\":\"sensors/+/t\"}},\"app_id\":\"01M84Y1C5ZR00040J70M000001\","
                            + "\"config\":{\"GREETING\":\"hi\"},\"created_at\":\"2026-11-23T19:27:30.030Z\","
                            + "\"id\":\"01M84Y1C7ER00040J70M000002\",\"idle_timeout\":60,"
                            + "\"image\":\"127.0.0.1:18182/acme/hello:0.0.1\",\"memory\":128,\"name\":\"hello\","
                            + "\"timeout\":10},\"triggers\":[{\"app_id\":\"01M84Y1C5ZR00040J70M000001\","
                            + "\"created_at\":\"2026-11-23T19:27:30.151Z\",\"fn_id\":\"01M84Y1C7ER00040J70M000002\","
                            + "\"id\":\"01M84Y1CB7R00040J70M000003\",\"name\":\"hellotrg\",\"source\":\"/hello\","
                            + "\"type\":\"http\"}]}");
        });
    }

    @Test
    void aConfigOfNullIsTheSameAsNone() {
        var withoutConfig = new String[] {"\"config\":null,", "\"config\":{},", ""};
        for (var config : withoutConfig) {
            server.instead(uri -> {
                return Reply.of(200, recorded(uri).body().replace("\"config\":{\"GREETING\":\"hi\"},", config));
            });
            if (follower.sets.isEmpty()) {
                follower.start();
            }
            follower.look();
            assertThat(follower.health()).isEqualTo(Health.UP);
        }
        assertThat(follower.sets).hasSize(1);
        assertThat(follower.sets.getLast().getFirst().document()).doesNotContain("GREETING");
    }

    @Test
    void ofTwoDocumentsInOneBodyTheFirstCounts() {
        server.instead(uri -> {
            return Reply.of(200, recorded(uri).body() + "\n{\"items\":[]}\n");
        });
        follower.start();
        assertThat(follower.names()).containsExactly("myapp/hello");

        server.instead(
                uri -> uri.startsWith("/v2/triggers") ? Reply.recorded(400, "two-documents.json") : recorded(uri));
        follower.look();
        assertThat(follower.problem().why()).endsWith("answers /v2/triggers with 400: Missing App ID on Trigger");
    }

    @Test
    void aFunctionThatIsHalfThereStillBecomesADefinition() {
        server.instead(uri -> uri.startsWith("/v2/fns")
                ? Reply.of(
                        200, "{\"items\":[{\"id\":\"1\",\"name\":\"bare\",\"memory\":1e999999999,\"x\":{\"y\":[]}}]}")
                : recorded(uri));
        follower.start();
        assertThat(follower.sets.getLast().getFirst().document())
                .contains("\"memory\":\"1E+999999999\"")
                .doesNotContain("\"x\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "<!DOCTYPE html><html><body>Please log in</body></html>",
                "null",
                "[]",
                "{}",
                "{\"items\":null}",
                "{\"items\":{}}",
                "{\"items\":[1]}",
                "{\"items\":[{\"name\":\"f\"}]}",
                "{\"items\":[{\"id\":\"f\"}]}",
                "{\"items\":[{\"id\":1,\"name\":\"f\"}]}",
                "{\"items\":[],\"next_cursor\":7}",
                "{\"items\":[{\"id\":\"01M84Y1C7ER00040J70M0000"
            })
    void whatIsNoListCountsAsNoLook(String body) {
        follower.start();
        for (var list : new String[] {"/v2/apps", "/v2/fns", "/v2/triggers"}) {
            server.instead(uri -> uri.startsWith(list) ? Reply.of(200, body) : recorded(uri));
            follower.look().look().look();
            assertThat(follower.problem().why())
                    .isEqualTo("127.0.0.1:" + server.url().getPort() + " answers " + list
                            + " with something that is no list of an Fn server");
        }
        assertThat(follower.sets).as("nothing was stopped").hasSize(1);
    }

    @Test
    void halfAListOfARealServerCountsAsNoLook() {
        follower.start();
        server.instead(uri -> uri.startsWith("/v2/fns") ? Reply.recorded(200, "half.json") : recorded(uri));
        follower.look().look();
        assertThat(follower.sets).hasSize(1);
        assertThat(follower.problem().why()).contains("no list of an Fn server");
    }

    @Test
    void aTextTooDeepForTheParserIsNoList() {
        server.instead(_ -> Reply.of(200, "[".repeat(200_000)));
        follower.start();
        assertThat(follower.problem().why()).contains("no list of an Fn server");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 | wants a token (401)                          | set cloud.token-file in fern.yaml
            403 | wants a token (403)                          | set cloud.token-file in fern.yaml
            404 | has no /v2/apps (404)                        | without /v2
            500 | answers /v2/apps with 500: internal server   | look at that server's log
            301 | sends on to https://portal.example.com/login | write the final address as cloud.url
            """)
    void eachRefusalIsAPlainSentence(int status, String why, String whatToDo) {
        server.instead(_ -> new Reply(
                status,
                "{\"message\":\"internal server\\nerror\"}",
                Map.of("Location", "https://portal.example.com/login")));
        follower.start();
        assertThat(follower.problem().why()).startsWith("127.0.0.1:").contains(why);
        assertThat(follower.problem().whatToDo()).contains(whatToDo).endsWith("; there are no definitions yet");
    }

    @Test
    void anUnknownAppIsSaidAndTheOthersRun() {
        follower.close();
        follower = new Follower(server.url(), "myapp", "typo");
        follower.start();
        assertThat(follower.names()).containsExactly("myapp/hello");
        assertThat(follower.problem().why()).endsWith("has no app typo");
        assertThat(follower.problem().whatToDo()).contains("cloud.apps");
    }

    @Test
    void theTimeOfTheLastGoodLookIsSaid() {
        follower.start();
        var at = follower.time.now();
        follower.time.advance(Duration.ofMinutes(1));
        server.instead(_ -> Reply.of(500, "oops"));
        follower.look();
        var clock = DateTimeFormatter.ofPattern("HH:mm").format(at.atZone(ZoneId.systemDefault()));
        assertThat(follower.problem().whatToDo())
                .isEqualTo("look at that server's log; running on the copy of " + clock);
    }

    @Test
    void aServerThatNeverAnswersEndsTheLookInTime() {
        var never = new CountDownLatch(1);
        server.instead(_ -> {
            never.await();
            return null;
        });
        follower.close();
        follower = new Follower(Follower.settings(server.url(), null, "myapp"), Follower.LONG, SHORT);
        follower.start();
        assertThat(follower.problem().why())
                .startsWith("no whole answer from 127.0.0.1:")
                .endsWith(" in 400 ms");
        assertThat(follower.problem().whatToDo()).startsWith("check the network");
        assertThat(follower.source.looked()).as("looked, in vain").isTrue();
    }

    @Test
    void aServerThatStopsInTheMiddleOfItsAnswerEndsTheLookInTime() throws IOException {
        var stalled = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        stalled.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("{\"items\":[".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        });
        stalled.start();
        follower.close();
        var url = URI.create("http://127.0.0.1:" + stalled.getAddress().getPort());
        follower = new Follower(Follower.settings(url, null, "myapp"), Follower.LONG, SHORT);
        try {
            follower.start();
            assertThat(follower.problem().why()).startsWith("no whole answer from");
        } finally {
            stalled.stop(0);
        }
    }

    @Test
    void aServerThatDoesNotEvenAcceptEndsTheLookInTime() throws IOException {
        var waiting = new ArrayList<Socket>();
        try (var deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fill(deaf, waiting);
            follower.close();
            var url = URI.create("http://127.0.0.1:" + deaf.getLocalPort());
            follower = new Follower(Follower.settings(url, null, "myapp"), SHORT, Follower.LONG);
            follower.start();
            assertThat(follower.problem().why())
                    .isEqualTo("no answer from 127.0.0.1:" + deaf.getLocalPort() + " in 400 ms");
        } finally {
            for (var socket : waiting) {
                socket.close();
            }
        }
    }

    /// Connects until the kernel's queue is full and drops what comes further.
    private static void fill(ServerSocket deaf, List<Socket> waiting) throws IOException {
        for (int i = 0; i < 50; i++) {
            var socket = new Socket();
            waiting.add(socket);
            try {
                socket.connect(deaf.getLocalSocketAddress(), 200);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new AssertionError("the queue did not fill");
    }

    @Test
    void aClosedPortAndAnUnknownNameAreSaid() throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        follower.close();
        follower = new Follower(URI.create("http://127.0.0.1:" + port), "myapp");
        follower.start();
        assertThat(follower.problem().why()).isEqualTo("127.0.0.1:" + port + " cannot be reached");
        follower.close();
        follower = new Follower(URI.create("http://fn.example.invalid"), "myapp");
        follower.start();
        assertThat(follower.problem().why()).isEqualTo("the name fn.example.invalid is not known");
    }

    @Test
    void aServerWithoutTlsIsNotTrustedUnderHttps() throws IOException {
        follower.close();
        try (var plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerInPlainText(plain));
            follower = new Follower(URI.create("https://127.0.0.1:" + plain.getLocalPort()), "myapp");
            follower.start();
            assertThat(follower.problem().why()).startsWith("no secure connection with 127.0.0.1:");
            assertThat(follower.problem().whatToDo())
                    .startsWith("check the server's certificate and this device's clock");
        }
    }

    private static void answerInPlainText(ServerSocket plain) {
        while (true) {
            try (var socket = plain.accept()) {
                socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                return;
            }
        }
    }

    @Test
    void anAddressThatIsNoneIsSaid() {
        follower.close();
        follower = new Follower(URI.create("ftp://fn.example.com"), "myapp");
        follower.start();
        assertThat(follower.problem().why()).isEqualTo("cloud.url ftp://fn.example.com is no address of a server");
    }

    @Test
    void aBodyWithoutEndIsCutOff() {
        var large = Reply.of(200, "{\"items\":[" + " ".repeat(9 << 20) + "]}");
        server.instead(uri -> uri.startsWith("/v2/fns") ? large : recorded(uri));
        follower.start();
        assertThat(follower.problem().why()).endsWith("answers /v2/fns with more than 8 MB");
    }

    @Test
    void pagesWithoutEndAreCutOff() {
        server.instead(_ -> Reply.of(200, "{\"items\":[],\"next_cursor\":\"YQ\"}"));
        follower.start();
        assertThat(follower.problem().why()).contains("has more than 10000 entries");
        assertThat(server.requests).hasSize(100);
        var page = "{\"items\":[],\"next_cursor\":\"YQ\"" + " ".repeat(1 << 20) + "}";
        server.instead(_ -> Reply.of(200, page));
        follower.look();
        assertThat(follower.problem().why()).endsWith("with more than 8 MB");
    }

    @Test
    void theTokenIsReadAtEachLook() throws IOException {
        var file = Files.writeString(folder.resolve("token"), "first\n");
        follower.close();
        follower = new Follower(Follower.settings(server.url(), file, "myapp"), Follower.LONG, Follower.LONG);
        follower.start();
        assertThat(server.authorizations).containsOnly("Bearer first").hasSize(3);
        Files.writeString(file, "second");
        follower.look();
        assertThat(server.authorizations).endsWith("Bearer second");

        server.instead(_ -> Reply.of(401, "{\"message\":\"bad token\"}"));
        follower.look();
        assertThat(follower.problem().why()).endsWith("refuses this device's token (401)");
        assertThat(follower.problem().whatToDo()).startsWith("put a valid one into " + file);
    }

    @ParameterizedTest
    @CsvSource({
        "'', holds no token",
        "'two words', holds no token",
        "'a\nb', holds no token",
        "<none>, there is no such file"
    })
    void aTokenFileThatHoldsNoneIsSaidAndNothingIsAsked(String content, String why) throws IOException {
        var file = folder.resolve("token");
        if (!content.equals("<none>")) {
            Files.writeString(file, content);
        }
        follower.close();
        follower = new Follower(Follower.settings(server.url(), file, "myapp"), Follower.LONG, Follower.LONG);
        follower.start();
        assertThat(follower.problem().why()).contains("token file " + file).contains(why);
        assertThat(follower.problem().whatToDo()).contains("put the token there");
        assertThat(server.requests).isEmpty();
    }

    @Test
    void aPathInTheAddressIsKept() {
        follower.close();
        follower = new Follower(URI.create(server.url() + "/fn/"), "myapp");
        follower.start();
        assertThat(server.requests).first().isEqualTo("/fn/v2/apps?name=myapp&per_page=100");
    }
}
