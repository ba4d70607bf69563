package dev.fern.images;

import static dev.fern.images.PlayedRegistry.answer;
import static dev.fern.images.PlayedRegistry.cut;
import static dev.fern.images.PlayedRegistry.redirect;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.kit.FakeTime;
import dev.fern.kit.FunctionImage;
import dev.fern.kit.FunctionImage.Entry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HostileRegistryTest {
    private static final String MANIFEST = "/v2/a/manifests/1";
    private static final FunctionImage SMALL =
            new FunctionImage().layer("COPY f /function/", Entry.file("function/f", "1"));

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
    void aBreakInTheMiddleOfALayerCostsOnlyTheRest() throws Exception {
        var image = large();
        var layer = image.blobs().getFirst();
        int half = (layer.bytes().length + 1) / 2;
        registry.image(image).on("/v2/a/blobs/" + layer.digest(), cut(layer.bytes(), half));

        var broken = refusal();
        assertThat(broken.lasting()).isFalse();
        assertThat(broken.problem().why()).contains("broke off");
        assertThat(part(layer)).hasSize(half);

        // another process, that finishes it
        var bundle = images().fetch(registry.host() + "/a:1", null, false);
        assertThat(bundle.root().resolve("function/large")).hasBinaryContent(noise());
        assertThat(ranges(layer)).containsExactly(null, "bytes=" + half + "-");
        assertThat(part(layer)).doesNotExist();
    }

    @Test
    void aBeginningThatAPowerCutSpoiledIsFetchedAnew() throws Exception {
        var image = large();
        var layer = image.blobs().getFirst();
        registry.image(image).on("/v2/a/blobs/" + layer.digest(), cut(layer.bytes(), layer.bytes().length));
        Files.createDirectories(part(layer).getParent());
        Files.write(part(layer), new byte[5000]);

        var bundle = images().fetch(registry.host() + "/a:1", null, false);

        assertThat(bundle.root().resolve("function/large")).hasBinaryContent(noise());
        assertThat(ranges(layer)).containsExactly("bytes=5000-", null);
    }

    @Test
    void aRegistryThatKnowsNoRangesSendsAllAgain() throws Exception {
        var image = large();
        var layer = image.blobs().getFirst();
        registry.image(image);
        Files.createDirectories(part(layer).getParent());
        Files.write(part(layer), Arrays.copyOf(layer.bytes(), 5000));

        var bundle = images().fetch(registry.host() + "/a:1", null, false);

        assertThat(bundle.root().resolve("function/large")).hasBinaryContent(noise());
        assertThat(ranges(layer)).containsExactly("bytes=5000-");
    }

    @Test
    void aLayerOfOtherBytesIsRefused() throws Exception {
        for (var image : List.of(SMALL, large())) {
            var layer = image.blobs().getFirst();
            var wrong = layer.bytes().clone();
            wrong[wrong.length / 2] ^= 1;
            registry.image(image).on("/v2/a/blobs/" + layer.digest(), answer(200, "application/octet-stream", wrong));

            var refusal = refusal();
            assertThat(refusal.problem().why())
                    .contains("not what its digest says")
                    .contains(layer.digest());
            assertThat(refusal.lasting()).isFalse();
            assertThat(images().stored(image.manifest().digest(), false)).isNull();
            assertThat(part(layer)).doesNotExist();
        }
    }

    @Test
    void aLayerLongerThanItsSizeIsNotReadToItsEnd() throws Exception {
        for (var image : List.of(SMALL, large())) {
            var layer = image.blobs().getFirst();
            var longer = Arrays.copyOf(layer.bytes(), layer.bytes().length + 100);
            registry.image(image).on("/v2/a/blobs/" + layer.digest(), answer(200, "application/octet-stream", longer));
            assertThat(refusal().problem().why()).contains("more than its " + layer.bytes().length + " bytes");
        }
    }

    @Test
    void aManifestOfAnotherDigestIsRefused() throws Exception {
        registry.image(SMALL);
        var other = FunctionImage.digest("other".getBytes(UTF_8));
        registry.on(
                "/v2/a/manifests/" + other,
                answer(200, "application/json", SMALL.manifest().bytes()));
        assertThat(refusal(other).problem().why()).contains("a manifest").contains("not what its digest says");

        registry.on(MANIFEST, exchange -> {
            exchange.getResponseHeaders().set("Docker-Content-Digest", other);
            answer(200, "application/json", SMALL.manifest().bytes()).play(exchange);
        });
        assertThat(refusal().problem().why()).contains("a manifest").contains("not what its digest says");
    }

    @Test
    void aLayerThatHoldsOtherFilesThanTheConfigurationSaysIsRefused() throws Exception {
        var tar = FunctionImage.tar(List.of(Entry.file("function/f", "1")));
        registry.image(new FunctionImage()
                .layer("COPY f /function/", FunctionImage.gzip(tar), FunctionImage.digest("other".getBytes(UTF_8))));
        var refusal = refusal();
        assertThat(refusal.problem().why()).contains("diff_id");
        assertThat(refusal.lasting()).isTrue();
    }

    @Test
    void aRegistryThatNeverAnswersIsGivenUp() throws Exception {
        registry.on(MANIFEST, registry.stall(-1));
        assertThat(refusalAfter(Http.ANSWER, 1).problem().why())
                .isEqualTo("no answer from " + registry.host() + " within 30 s");
    }

    @Test
    void aBodyThatStopsIsGivenUp() throws Exception {
        for (var path :
                List.of(MANIFEST, "/v2/a/blobs/" + SMALL.blobs().getFirst().digest())) {
            registry.image(SMALL).on(path, registry.stall(1));
            assertThat(refusalAfter(PatientStream.PATIENCE, 2).problem().why())
                    .isEqualTo(registry.host() + " sent less than 4 KB in 30 s");
        }
    }

    @Test
    void aFetchThatIsInterruptedEndsAtOnce() throws Exception {
        registry.on(MANIFEST, registry.stall(1));
        var ended = new CompletableFuture<Throwable>();
        var thread = Thread.ofVirtual().start(() -> {
            try {
                images().fetch(registry.host() + "/a:1", null, false);
            } catch (ImageException | InterruptedException e) {
                ended.complete(e);
            }
        });
        awaitStall(1, 2);
        thread.interrupt();
        assertThat(ended.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void redirectsInACircleEnd() {
        registry.on(MANIFEST, redirect("/b")).on("/b", redirect(MANIFEST));
        assertThat(refusal().problem().why()).contains("redirects more than 5 times");
    }

    @Test
    void aRedirectToNoAddressIsRefused() {
        for (var location : List.of("ftp://example.com/x", "http://", "::", "file:///etc/passwd")) {
            registry.on(MANIFEST, redirect(location));
            assertThat(refusal().problem().why()).contains("redirects to '" + location + "'");
        }
    }

    @Test
    void aWebPageIsNoManifest() {
        var html = "<!DOCTYPE html><title>Log in to the hotel's network</title>".getBytes(UTF_8);
        registry.on(MANIFEST, answer(200, "text/html; charset=utf-8", html));
        assertThat(refusal().problem().why()).contains("something else than an image registry");
        registry.on(MANIFEST, answer(200, "application/json", html));
        assertThat(refusal().problem().why()).contains("something else than an image registry");
        registry.image(SMALL).on("/v2/a/blobs/" + SMALL.blobs().getFirst().digest(), answer(200, "text/html", html));
        assertThat(refusal().problem().why()).contains("something else than an image registry");
        registry.on(MANIFEST, answer(404, "text/html", html));
        assertThat(refusal().problem().why()).contains("something else than an image registry");
    }

    @Test
    void nonsenseInsteadOfAManifestIsNamed() {
        for (var json : List.of(
                "{}",
                "{\"manifests\":5,\"layers\":null}",
                "{\"schemaVersion\":1,\"fsLayers\":[]}",
                "{\"config\":{},\"layers\":[]}",
                "{\"config\":{\"digest\":\"sha256:../../x\",\"size\":1},\"layers\":[]}",
                "{\"config\":{\"digest\":\"sha256:" + "0".repeat(64) + "\",\"size\":-1},\"layers\":[]}",
                "{\"manifests\":[]}")) {
            registry.on(MANIFEST, answer(200, "application/json", json.getBytes(UTF_8)));
            assertThat(refusal().lasting()).as(json).isTrue();
        }
        for (var bytes : List.of("{\"a\":" + "[".repeat(3_000_000), "[]", "", "{\"a\":")) {
            registry.on(MANIFEST, answer(200, "application/json", bytes.getBytes(UTF_8)));
            assertThat(refusal().problem().why()).contains("something else than an image registry");
        }
        registry.on(MANIFEST, answer(200, "application/json", new byte[Registry.MANIFEST_BYTES + 1]));
        assertThat(refusal().problem().why()).contains("longer than 4 MB");
    }

    @Test
    void aLayerThatTheRegistryLostIsNamed() {
        registry.image(SMALL)
                .on("/v2/a/blobs/" + SMALL.blobs().getFirst().digest(), answer(404, "application/json", new byte[0]));
        assertThat(refusal().problem().why()).contains("has the manifest").contains("but not its blob");
    }

    @Test
    void statusesOfTroubleAreNamed() {
        registry.on(MANIFEST, answer(429, "application/json", new byte[0]));
        assertThat(refusal().problem().why()).contains("too many requests");
        registry.on(MANIFEST, answer(503, "application/json", new byte[0]));
        assertThat(refusal().problem().why()).contains("answered with status 503");
    }

    @Test
    void aRegistryThatIsNotThereIsNamed() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertThat(refusalOf("127.0.0.1:" + port + "/a:1").problem().why())
                .isEqualTo("the registry 127.0.0.1:" + port + " refuses the connection");
        assertThat(refusalOf("no-such-host.invalid/a:1").problem().why())
                .isEqualTo("the name of the registry no-such-host.invalid is not known");
    }

    @Test
    void aCertificateThatNobodyTrustsIsNamed() throws Exception {
        try (var safe = PlayedRegistry.withTls(dir)) {
            // a name of this machine that is not loopback by its letters
            var host = "[::ffff:7f00:1]" + safe.host().substring(safe.host().indexOf(':'));
            var refusal = refusalOf(host + "/a:1");
            assertThat(refusal.problem().why()).startsWith("no safe connection to the registry " + host);
            assertThat(refusal.problem().whatToDo()).contains("trust store");
        }
    }

    @Test
    void withoutADigestInTheHeadTheManifestIsRead() throws Exception {
        registry.image(SMALL);
        assertThat(images().resolve(registry.host() + "/a:1"))
                .isEqualTo(SMALL.manifest().digest());
        assertThat(registry.seen).extracting(PlayedRegistry.Seen::method).containsExactly("HEAD", "GET");
    }

    private static FunctionImage large() {
        return new FunctionImage().layer("COPY f /function/", Entry.file("function/large", noise()));
    }

    /// 3 MB that do not compress.
    private static byte[] noise() {
        var bytes = new byte[3 << 20];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private Path part(FunctionImage.Blob layer) {
        return dir.resolve("images/blobs/sha256/" + layer.digest().substring(7) + ".part");
    }

    private List<String> ranges(FunctionImage.Blob layer) {
        return registry.seen.stream()
                .filter(seen -> seen.path().endsWith(layer.digest()))
                .map(PlayedRegistry.Seen::range)
                .toList();
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
        return refusalOf(registry.host() + "/a:1");
    }

    private ImageException refusal(String digest) {
        return refusalOf(registry.host() + "/a@" + digest);
    }

    private ImageException refusalOf(String image) {
        var refusal = catchThrowableOfType(ImageException.class, () -> images().fetch(image, null, false));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    /// Waits until that many requests have come and their answer is waited for, then lets that time pass.
    /// @param timers that are set for a request until it stalls: one for the head of the answer, one for its body
    private ImageException refusalAfter(Duration wait, int timers) throws Exception {
        int stalled = registry.stalled();
        var refusal = CompletableFuture.supplyAsync(this::refusal);
        awaitStall(stalled + 1, timers);
        while (!refusal.isDone()) {
            time.advance(wait.dividedBy(2));
            Thread.sleep(10);
        }
        return refusal.get();
    }

    private void awaitStall(int stalled, int timers) throws InterruptedException {
        while (registry.stalled() < stalled || time.timersSet() < 2L * (registry.seen.size() - 1) + timers) {
            Thread.sleep(5);
        }
    }
}
