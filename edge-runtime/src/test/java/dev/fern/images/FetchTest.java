package dev.fern.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fern.Bundle;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.kit.DockerRegistry;
import dev.fern.kit.FakeTime;
import dev.fern.kit.FunctionImage;
import dev.fern.kit.FunctionImage.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against the real docker-registry.
class FetchTest {
    @TempDir
    static Path registryDir;

    @TempDir
    Path dir;

    static DockerRegistry registry;

    private final Metrics metrics = new Metrics();

    @BeforeAll
    static void startRegistry() throws Exception {
        registry = DockerRegistry.start(registryDir);
    }

    @AfterAll
    static void stopRegistry() {
        registry.close();
    }

    @Test
    void otherUsersCanReadItsFiles() throws Exception {
        registry.push(
                "acme/process:1",
                new FunctionImage()
                        .layer("COPY func /function/", Entry.file("function/func", "a program"))
                        .entrypoint("./func"));

        var file = fetch("acme/process:1").root().resolve("function/func");

        for (var folder = file.getParent();
                folder != null && folder.startsWith(dir) && !folder.equals(dir);
                folder = folder.getParent()) {
            assertThat(Files.getPosixFilePermissions(folder))
                    .as("%s", folder)
                    .contains(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_EXECUTE);
        }
    }

    @Test
    void anImageIsFetchedByItsTag() throws Exception {
        var digest = registry.push(
                "acme/hello:1",
                new FunctionImage()
                        .step("WORKDIR /function")
                        .layer("COPY hello.jar /function/app/", Entry.file("function/app/hello.jar", "a jar"))
                        .entrypoint("java", "-cp", "/function/app/*")
                        .cmd("com.example.Hello::handle")
                        .env("PATH=/usr/bin:/bin", "EMPTY=", "EQUALS=a=b"));

        var bundle = fetch("acme/hello:1");

        assertThat(bundle.digest()).isEqualTo(digest);
        assertThat(bundle.root().resolve("function/app/hello.jar")).hasContent("a jar");
        assertThat(bundle.entrypoint()).containsExactly("java", "-cp", "/function/app/*");
        assertThat(bundle.cmd()).containsExactly("com.example.Hello::handle");
        assertThat(bundle.env())
                .containsEntry("PATH", "/usr/bin:/bin")
                .containsEntry("EMPTY", "")
                .containsEntry("EQUALS", "a=b");
        assertThat(bundle.workingDir()).isEqualTo("/function");
    }

    @Test
    void dockersMediaTypesAreUnderstood() throws Exception {
        var image = new FunctionImage().docker().step("WORKDIR /function").layer("COPY", Entry.file("function/f", "1"));
        registry.push("acme/docker:1", image);
        registry.pushIndex("acme/docker:many", image, image("other").docker().architecture("s390x"));
        assertThat(fetch("acme/docker:1").root().resolve("function/f")).hasContent("1");
        assertThat(fetch("acme/docker:1").digest()).isEqualTo(image.manifest().digest());
        var foreign = refusal("acme/docker:many");
        assertThat(foreign.problem().why()).endsWith("has no image for linux/arm64, only for linux/amd64, linux/s390x");
        assertThat(foreign.lasting()).isTrue();
    }

    @Test
    void ofAnIndexTheDevicesArchitectureIsTaken() throws Exception {
        var arm = image("arm").architecture("arm64");
        var index = registry.pushIndex("acme/multi:1", image("intel"), arm);

        var bundle = fetch("acme/multi:1");
        assertThat(bundle.root().resolve("function/f")).hasContent("arm");
        assertThat(bundle.digest()).isEqualTo(index).isEqualTo(images().resolve(at("acme/multi:1")));
        // pinned to the platform's own manifest
        var own = images().fetch(at("acme/multi:1"), arm.manifest().digest(), false);
        assertThat(own.digest()).isEqualTo(arm.manifest().digest());
        assertThat(own.root().resolve("function/f")).hasContent("arm");
    }

    @Test
    void anIndexOfOneImageAndItsProvenanceIsThatImage() throws Exception {
        registry.pushIndex(
                "acme/built:1", image("java runs anywhere"), image("provenance").architecture("unknown"));
        assertThat(fetch("acme/built:1").root().resolve("function/f")).hasContent("java runs anywhere");
    }

    @Test
    void onlyTheFunctionsOwnLayersAreFetched() throws Exception {
        var noise = new byte[2 << 20];
        new Random(1).nextBytes(noise);
        registry.push(
                "acme/own:1",
                new FunctionImage()
                        .layer("ADD rootfs.tar /", Entry.file("etc/base", noise))
                        .step("WORKDIR /function")
                        .layer("COPY fdk /function/runtime/", Entry.file("function/runtime/fdk.jar", noise))
                        .step("WORKDIR /function")
                        .layer("COPY a.jar /function/app/", Entry.file("function/app/a.jar", "old"))
                        .layer(
                                "RUN chmod -R o+r /function",
                                Entry.folder("function"),
                                Entry.file("function/runtime/fdk.jar", "the fdk"),
                                Entry.file("function/app/a.jar", "new")));

        assertThat(files(fetch("acme/own:1"))).containsExactly("function/app/a.jar=new");
        assertThat(received()).isLessThan(10_000);

        var all = images().fetch(at("acme/own:1"), null, true);
        assertThat(all.root().resolve("etc/base")).hasBinaryContent(noise);
        assertThat(all.root().resolve("function/runtime/fdk.jar")).hasContent("the fdk");
        assertThat(received()).isGreaterThan(4_000_000);
    }

    @Test
    void withoutHistoryTheFunctionIsLookedFor() throws Exception {
        registry.push(
                "acme/nohistory:1",
                image("1")
                        .withoutHistory()
                        .layer(
                                "",
                                Entry.file("etc/x", "2"),
                                Entry.file("python/y", "2"),
                                Entry.file("function/.wh.g", "")));
        assertThat(files(fetch("acme/nohistory:1"))).containsExactly("function/f=1", "python/y=2");
    }

    @Test
    void anImageWithoutAFunctionIsRefused() throws Exception {
        registry.push(
                "acme/empty:1",
                new FunctionImage().layer("RUN x", Entry.file("etc/x", "1")).withoutHistory());
        var refusal = refusal("acme/empty:1");
        assertThat(refusal.problem().why()).contains("holds no function");
        assertThat(refusal.problem().whatToDo()).contains("fern/layers");
        assertThat(refusal.lasting()).isTrue();
    }

    @Test
    void whatIsStoredNeedsNoNetwork() throws Exception {
        var otherDir = Files.createDirectory(dir.resolve("registry"));
        Bundle fetched;
        String image;
        try (var other = DockerRegistry.start(otherDir)) {
            other.push("acme/hello:1", image("1"));
            image = other.host() + "/acme/hello:1";
            fetched = images().fetch(image, null, false);
        }
        var leftover = Files.createDirectories(dir.resolve("images/tmp/abc-1"));
        assertThat(images().stored(fetched.digest(), false)).isEqualTo(fetched);
        // nor is the card written: it may no longer take it
        assertThat(leftover).exists();
        assertThat(images().fetch(image, fetched.digest(), false)).isEqualTo(fetched);
        assertThat(images().stored(fetched.digest(), true)).isNull();
        assertThat(images().stored("sha256:" + "0".repeat(64), false)).isNull();
        assertThat(images().stored("../../etc", false)).isNull();
    }

    @Test
    void aTagThatMovedMeansTheNewDigest() throws Exception {
        registry.push("acme/moves:1", image("1"));
        var first = fetch("acme/moves:1");
        assertThat(images().resolve(at("acme/moves:1"))).isEqualTo(first.digest());
        var second = registry.push("acme/moves:1", image("2"));
        assertThat(images().resolve(at("acme/moves:1"))).isEqualTo(second);
        assertThat(images().resolve(at("acme/moves:1@") + first.digest())).isEqualTo(first.digest());
        assertThat(fetch("acme/moves:1").root().resolve("function/f")).hasContent("2");
        assertThat(images().fetch(at("acme/moves:1"), first.digest(), false)
                        .root()
                        .resolve("function/f"))
                .hasContent("1");
    }

    @Test
    void whatTheRegistryDoesNotHaveIsNamed() throws Exception {
        registry.push("acme/there:1", image("1"));
        assertThat(refusal("acme/there:2").problem().toString())
                .isEqualTo("the registry " + registry.host()
                        + " has no image acme/there:2; push it, or correct the function's image");
        assertThat(refusal("acme/nowhere:1").problem().why()).contains("has no image acme/nowhere");
        assertThat(refusal("acme/there:2").lasting()).isFalse();
        var resolved = catchThrowableOfType(ImageException.class, () -> images().resolve(at("acme/there:2")));
        assertThat(resolved.problem()).isEqualTo(refusal("acme/there:2").problem());
    }

    @Test
    void plainHttpIsSpokenToWhoIsListedOnly() throws Exception {
        var digest = registry.push("acme/plain:1", image("1"));
        // a name of this machine that is not loopback by its letters
        var host = "[::ffff:7f00:1]" + registry.host().substring(registry.host().indexOf(':'));

        var refusal = refusal(images(), host + "/acme/plain:1");
        assertThat(refusal.problem().why()).isEqualTo("the registry " + host + " does not speak TLS");
        assertThat(refusal.problem().whatToDo()).contains("list " + host + " under registry.insecure");

        var listed = new Images(
                new Settings.Registry(null, Set.of(host), null), dir, 64 << 20, "arm64", new FakeTime(), metrics);
        assertThat(listed.resolve(host + "/acme/plain:1")).isEqualTo(digest);
    }

    @Test
    void manyAtOnceFetchOnce() throws Exception {
        registry.push("acme/once:1", image("once"));
        var images = images();
        var bundles = new ArrayList<CompletableFuture<Bundle>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                var bundle = new CompletableFuture<Bundle>();
                bundles.add(bundle);
                threads.execute(() -> {
                    try {
                        bundle.complete(images.fetch(at("acme/once:1"), null, false));
                    } catch (ImageException | InterruptedException e) {
                        bundle.completeExceptionally(e);
                    }
                });
            }
        }
        for (var bundle : bundles) {
            assertThat(bundle.get().root().resolve("function/f")).hasContent("once");
        }
        assertThat(metrics.counter("fern_image_fetches_total", "result", "ok").sum())
                .isEqualTo(1);
    }

    @Test
    void aBadLayerLeavesNothingBehind() throws Exception {
        var noise = new byte[2 << 20];
        new Random(1).nextBytes(noise);
        registry.push(
                "acme/bad:1",
                image("1").layer("COPY x /function/", Entry.file("function/n", noise), Entry.file("../evil", "x")));
        registry.push(
                "acme/bomb:1", image("1").layer("COPY x /function/", Entry.file("function/zeros", new byte[80 << 20])));

        assertThat(refusal("acme/bad:1").problem().why()).contains("'../evil'");
        assertThat(refusal("acme/bomb:1").problem().why()).contains("unpacks to more than 64 MB");
        assertThat(metrics.counter("fern_image_fetches_total", "result", "failed")
                        .sum())
                .isEqualTo(2);
        try (var left = Files.walk(dir.resolve("images"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void anImageLargerThanAllMayTakeIsNotEvenFetched() throws Exception {
        var noise = new byte[3 << 20];
        new Random(1).nextBytes(noise);
        registry.push("acme/big:1", image("1").layer("COPY x /function/", Entry.file("function/n", noise)));
        var small = new Images(
                new Settings.Registry(null, Set.of(), null),
                dir.resolve("images"),
                2 << 20,
                "arm64",
                new FakeTime(),
                metrics);
        assertThat(refusal(small, at("acme/big:1")).problem().why()).contains("are larger than 2 MB");
        assertThat(received()).isLessThan(10_000);
    }

    @Test
    void aNearlyFullDiskIsNotFilled() throws Exception {
        registry.push("acme/full:1", image("1"));
        var full = new Images(
                new Settings.Registry(null, Set.of(), null),
                dir.resolve("images"),
                64 << 20,
                "arm64",
                new FakeTime(),
                metrics,
                _ -> Store.RESERVE);
        assertThat(refusal(full, at("acme/full:1")).problem().why())
                .isEqualTo("the disk of " + dir.resolve("images") + " is full");
    }

    @Test
    void aStoreThatCannotBeWrittenIsNamed() throws Exception {
        registry.push("acme/readonly:1", image("1"));
        Files.writeString(dir.resolve("images"), "a file where the folder should be");
        var refusal = refusal("acme/readonly:1");
        assertThat(refusal.problem().why()).startsWith("images cannot be kept in " + dir.resolve("images"));
        assertThat(refusal.lasting()).isFalse();
    }

    @Test
    void whatACrashLeftHalfMadeIsSwept() throws Exception {
        registry.push("acme/crash:1", image("1"));
        var half = Files.createDirectories(dir.resolve("images/tmp/abc-1/root/function"));
        Files.writeString(half.resolve("f"), "half");
        var digest = fetch("acme/crash:1").digest();
        assertThat(dir.resolve("images/tmp")).isEmptyDirectory();
        // a bundle that lost its description is made again
        Files.delete(dir.resolve("images/bundles/" + digest.substring(7) + "/bundle.json"));
        assertThat(images().stored(digest, false)).isNull();
        assertThat(fetch("acme/crash:1").root().resolve("function/f")).hasContent("1");
    }

    private static FunctionImage image(String text) {
        return new FunctionImage().step("WORKDIR /function").layer("COPY f /function/", Entry.file("function/f", text));
    }

    private Bundle fetch(String name) throws Exception {
        return images().fetch(at(name), null, false);
    }

    private static String at(String name) {
        return registry.host() + "/" + name;
    }

    private long received() {
        return metrics.counter("fern_image_received_bytes_total").sum();
    }

    private ImageException refusal(String name) {
        return refusal(images(), at(name));
    }

    private static ImageException refusal(Images images, String image) {
        var refusal = catchThrowableOfType(ImageException.class, () -> images.fetch(image, null, false));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    /// All files, `path=content`, in order.
    private static List<String> files(Bundle bundle) throws Exception {
        var found = new ArrayList<String>();
        try (var files = Files.walk(bundle.root())) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                found.add(bundle.root().relativize(file) + "=" + Files.readString(file));
            }
        }
        return found;
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
                new FakeTime(),
                metrics);
    }
}
