package dev.fern.images;

import static dev.fern.images.PlayedRegistry.answer;
import static dev.fern.images.PlayedRegistry.challenge;
import static dev.fern.images.PlayedRegistry.redirect;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.kit.DockerRegistry;
import dev.fern.kit.FakeTime;
import dev.fern.kit.FunctionImage;
import dev.fern.kit.FunctionImage.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LoginTest {
    private static final String MANIFEST = "/v2/a/manifests/1";
    private static final FunctionImage SMALL = image(new byte[1]);

    @TempDir
    Path dir;

    private final FakeTime time = new FakeTime();
    private PlayedRegistry registry;

    @BeforeEach
    void start() throws Exception {
        registry = new PlayedRegistry();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void aRegistryCanBeAskedWhetherItLetsThisDeviceIn() throws Exception {
        var otherDir = Files.createDirectory(dir.resolve("registry"));
        try (var locked = DockerRegistry.startWithPassword(otherDir)) {
            var image = locked.host() + "/acme/never-pushed:1";
            var file = dir.resolve("auth.json");
            Files.writeString(
                    file,
                    "{\"auths\":{\"%s\":{\"username\":\"%s\",\"password\":\"%s\"}}}"
                            .formatted(locked.host(), DockerRegistry.USER, DockerRegistry.PASSWORD));
            images(file).ask(image);

            Files.writeString(
                    file, "{\"auths\":{\"" + locked.host() + "\":{\"username\":\"fern\",\"password\":\"x\"}}}");
            assertThat(unasked(images(file), image)).contains("refuses the user and password");
            assertThat(unasked(images(), image)).contains("wants a login");
        }
        assertThat(unasked(images(), "127.0.0.1:1/a/b:1")).contains("127.0.0.1:1");
        assertThat(unasked(images(), registry.host() + "/a:1")).contains("something else than an image registry");
    }

    private static String unasked(Images images, String image) {
        return catchThrowableOfType(ImageException.class, () -> images.ask(image))
                .problem()
                .toString();
    }

    @Test
    void thePasswordComesFromTheAuthFile() throws Exception {
        var otherDir = Files.createDirectory(dir.resolve("registry"));
        try (var locked = DockerRegistry.startWithPassword(otherDir)) {
            locked.push("acme/hello:1", SMALL);
            var image = locked.host() + "/acme/hello:1";
            var file = dir.resolve("auth.json");
            for (var credentials : List.of(
                    "\"%s\":{\"username\":\"%s\",\"password\":\"%s\"}"
                            .formatted(locked.host(), DockerRegistry.USER, DockerRegistry.PASSWORD),
                    "\"%s\":{\"auth\":\"bm86\"},\"%s/acme\":{\"auth\":\"%s\"}"
                            .formatted(
                                    locked.host(),
                                    locked.host(),
                                    Base64.getEncoder()
                                            .encodeToString((DockerRegistry.USER + ":" + DockerRegistry.PASSWORD)
                                                    .getBytes(UTF_8))))) {
                Files.writeString(file, "{\"auths\":{" + credentials + "}}");
                assertThat(images(file).resolve(image))
                        .isEqualTo(SMALL.manifest().digest());
            }
            assertThat(images(file).fetch(image, null, false).root().resolve("function/f"))
                    .hasBinaryContent(new byte[1]);

            Files.writeString(
                    file, "{\"auths\":{\"" + locked.host() + "\":{\"username\":\"fern\",\"password\":\"x\"}}}");
            assertThat(refusal(images(file), image + "2").problem().why()).contains("refuses the user and password");
            Files.writeString(file, "{\"auths\":{\"" + locked.host() + "\":{\"auth\":\"!\"}}}");
            assertThat(refusal(images(file), image + "2").problem().why())
                    .contains("is not the base64 form of USER:PASSWORD");
            Files.writeString(file, "not json");
            assertThat(refusal(images(file), image + "2").problem().why()).contains("no JSON object");
            Files.delete(file);
            assertThat(refusal(images(file), image + "2").problem().why()).contains("cannot be read");
            assertThat(refusal(images(), image + "2").problem().why()).contains("wants a login");
        }
    }

    @Test
    void aTokenIsFetchedWithThePasswordAndKeptUntilItEnds() throws Exception {
        guard(
                SMALL,
                "Bearer t0k3n",
                "Bearer realm=\"http://" + registry.host()
                        + "/token\",service=\"a registry\",scope=\"repository:a:pull\"");
        registry.on(
                "/token", answer(200, "application/json", "{\"token\":\"t0k3n\",\"expires_in\":300}".getBytes(UTF_8)));
        var images = images(auth(registry.host(), "fern:pw"));

        images.resolve(registry.host() + "/a:1");
        images.resolve(registry.host() + "/a:1");
        assertThat(tokenRequests()).hasSize(1);
        assertThat(tokenRequests().getFirst().query()).isEqualTo("service=a+registry&scope=repository%3Aa%3Apull");
        assertThat(tokenRequests().getFirst().authorization()).isEqualTo(basic("fern:pw"));

        time.advance(Duration.ofSeconds(291));
        images.resolve(registry.host() + "/a:1");
        assertThat(tokenRequests()).hasSize(2);
    }

    @Test
    void aTokenThatTheRegistryNoLongerTakesIsFetchedAnew() throws Exception {
        registry.image(SMALL);
        var current = new AtomicInteger(1);
        registry.on(MANIFEST, exchange -> {
            boolean good =
                    ("Bearer " + current).equals(exchange.getRequestHeaders().getFirst("Authorization"));
            (good
                            ? answer(200, "application/json", SMALL.manifest().bytes())
                            : challenge("Bearer realm=\"http://" + registry.host() + "/token\""))
                    .play(exchange);
        });
        registry.on(
                "/token",
                exchange -> answer(200, "application/json", ("{\"access_token\":\"" + current + "\"}").getBytes(UTF_8))
                        .play(exchange));
        var images = images();
        images.resolve(registry.host() + "/a:1");
        current.set(2);
        assertThat(images.resolve(registry.host() + "/a:1"))
                .isEqualTo(SMALL.manifest().digest());
    }

    @Test
    void ofTwoChallengesTheTokenIsTaken() throws Exception {
        guard(SMALL, "Bearer x", "Basic realm=\"r\", Bearer realm=\"http://" + registry.host() + "/token\"");
        registry.on("/token", answer(200, "application/json", "{\"token\":\"x\"}".getBytes(UTF_8)));
        assertThat(images().resolve(registry.host() + "/a:1"))
                .isEqualTo(SMALL.manifest().digest());
    }

    @Test
    void aPasswordIsNotSentToAnUnsafeLoginServer() throws Exception {
        registry.on(MANIFEST, challenge("Bearer realm=\"http://login.example.com/token\""));
        var images = images(auth(registry.host(), "fern:pw"));
        var refusal = catchThrowableOfType(ImageException.class, () -> images.resolve(registry.host() + "/a:1"));
        assertThat(refusal.problem().why()).contains("http://login.example.com, which is not safe");
    }

    @Test
    void aLoginIsNotSentToAnotherHost() throws Exception {
        for (var image : List.of(SMALL, large())) {
            registry.seen.clear();
            guard(image, basic("fern:pw"), "Basic realm=\"r\"");
            var layer = image.blobs().getFirst();
            registry.on("/v2/a/blobs/" + layer.digest(), redirect("http://" + registry.otherHost() + "/elsewhere"));
            registry.on("/elsewhere", answer(200, "application/octet-stream", layer.bytes()));

            images(auth(registry.host(), "fern:pw")).fetch(registry.host() + "/a:1", null, false);

            assertThat(registry.seen)
                    .filteredOn(seen -> seen.path().contains(layer.digest()))
                    .extracting(PlayedRegistry.Seen::authorization)
                    .containsExactly(basic("fern:pw"));
            assertThat(registry.seen)
                    .filteredOn(seen -> seen.path().equals("/elsewhere"))
                    .hasSize(1)
                    .allSatisfy(seen -> assertThat(seen.authorization()).isNull());
        }
    }

    @Test
    void aWrongOrMissingPasswordIsToldApart() throws Exception {
        registry.on(MANIFEST, challenge("Basic realm=\"r\""));
        assertThat(refusal().problem().whatToDo()).contains("registry.auth-file");

        var file = auth("other.example.com", "fern:pw");
        var missing = catchThrowableOfType(
                ImageException.class, () -> images(file).fetch(registry.host() + "/a:1", null, false));
        assertThat(missing.problem().whatToDo())
                .isEqualTo("add " + registry.host() + " to " + file + " as docker login does");

        var wrong = catchThrowableOfType(
                ImageException.class,
                () -> images(auth(registry.host(), "fern:pw")).fetch(registry.host() + "/a:1", null, false));
        assertThat(wrong.problem().why()).startsWith("the registry refuses the user and password");
        assertThat(wrong.problem().toString()).doesNotContain("pw");
        assertThat(wrong.lasting()).isFalse();
    }

    @Test
    void aLoginServerThatGivesNoTokenIsNamed() {
        registry.on(MANIFEST, challenge("Bearer realm=\"http://" + registry.host() + "/token\""));
        for (var answer :
                List.of("<html>", "{}", "{\"token\":5}", "{\"token\":\"\\uZZZZ\"}", "{\"token\":\"a\\r\\nX: y\"}")) {
            registry.on("/token", answer(200, "application/json", answer.getBytes(UTF_8)));
            assertThat(refusal().problem().why()).contains("gave no token (status 200)");
        }
        registry.on("/token", answer(401, "application/json", new byte[0]));
        assertThat(refusal().problem().why()).contains("wants a login");
    }

    @Test
    void anUnknownKindOfLoginIsNamed() {
        registry.on(MANIFEST, challenge("Negotiate"));
        assertThat(refusal().problem().why()).contains("of a kind that Fern does not know");
    }

    /// Gives the image's manifest only to who says that.
    private void guard(FunctionImage image, String authorization, String challenge) {
        registry.image(image).on(MANIFEST, exchange -> {
            boolean good = authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"));
            (good ? answer(200, "application/json", image.manifest().bytes()) : challenge(challenge)).play(exchange);
        });
    }

    private List<PlayedRegistry.Seen> tokenRequests() {
        return registry.seen.stream()
                .filter(seen -> seen.path().equals("/token"))
                .toList();
    }

    private Path auth(String host, String pair) throws Exception {
        var auth = Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
        return Files.writeString(
                dir.resolve("auth-" + host.replace(':', '-') + ".json"),
                "{\"auths\":{\"" + host + "\":{\"auth\":\"" + auth + "\"}}}");
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    private Images images() {
        return images(null);
    }

    private Images images(@Nullable Path authFile) {
        return new Images(
                new Settings.Registry(authFile, Set.of(), null),
                dir.resolve("images"),
                64 << 20,
                "arm64",
                time,
                new Metrics());
    }

    private ImageException refusal() {
        return refusal(images(), registry.host() + "/a:1");
    }

    private static ImageException refusal(Images images, String image) {
        var refusal = catchThrowableOfType(ImageException.class, () -> images.fetch(image, null, false));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    private static FunctionImage image(byte[] content) {
        return new FunctionImage().layer("COPY f /function/", Entry.file("function/f", content));
    }

    /// Too long to be held in memory.
    private static FunctionImage large() {
        var bytes = new byte[3 << 20];
        new Random(1).nextBytes(bytes);
        return image(bytes);
    }
}
