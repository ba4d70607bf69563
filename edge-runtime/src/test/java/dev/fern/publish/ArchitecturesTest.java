package dev.fern.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.images.Images;
import dev.fern.kit.DockerRegistry;
import dev.fern.kit.FakeTime;
import dev.fern.kit.FunctionImage;
import dev.fern.kit.FunctionImage.Entry;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Base images that are there for several architectures, or not for the one that is wanted, at a real registry.
class ArchitecturesTest {
    @TempDir
    private Path folder;

    private DockerRegistry registry;

    @BeforeEach
    void start() throws Exception {
        registry = DockerRegistry.start(Files.createDirectory(folder.resolve("registry")));
        Files.writeString(folder.resolve("func.js"), "// nothing");
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private static FunctionImage base(String architecture) {
        return new FunctionImage()
                .architecture(architecture)
                .env("BASE=" + architecture)
                .layer("COPY node /usr/bin/", Entry.file("usr/bin/node", "for " + architecture));
    }

    private Order order() {
        return new Order(
                folder.resolve("func.yaml"),
                "lab",
                registry.host() + "/acme",
                URI.create("http://127.0.0.1:1"),
                null,
                null,
                Set.of(),
                false,
                false,
                false);
    }

    private Func func(String base) throws Exception {
        var file = Files.writeString(
                folder.resolve("func.yaml"),
                "schema_version: 20180708\nname: f\nversion: 0.0.1\nruntime: node\nrun_image: " + registry.host() + "/"
                        + base + "\n");
        return Func.read(file);
    }

    private Path scratch() throws Exception {
        return Files.createDirectory(folder.resolve("scratch"));
    }

    @Test
    void onAnIndexAnIndexIsMadeAndADeviceTakesItsOwn() throws Exception {
        registry.pushIndex("base:many", base("amd64"), base("arm64"));
        var func = func("base:many");
        var image = Registry.reference(registry.host() + "/acme/f:0.0.1");

        try (var bases = BaseImages.of(func, "node", order(), "amd64");
                var target = new Registry(image, order(), true);
                var steps = new Steps(_ -> {})) {
            var digest = new Pushing(image, target, bases, steps)
                    .push(Code.of(folder, "node", func.definition()), List.of("amd64", "arm64"), scratch());

            for (var architecture : List.of("amd64", "arm64")) {
                var made = target.read(architecture);
                assertThat(made.getArchitecture()).isEqualTo(architecture);
                assertThat(made.getEnvironment()).containsEntry("BASE", architecture);
                assertThat(made.getLayers().getFirst().getBlobDescriptor().getDigest())
                        .hasToString(base(architecture).blobs().getFirst().digest());

                var bundle = device(architecture).fetch(image.toString(), null, false);
                assertThat(bundle.digest()).isEqualTo(digest.toString());
                assertThat(bundle.env()).containsEntry("BASE", architecture);
                assertThat(bundle.root().resolve("function/func.js")).hasContent("// nothing");
                assertThat(bundle.root().resolve("usr")).doesNotExist();
            }
        }
    }

    private Images device(String architecture) {
        return new Images(
                new Settings.Registry(null, Set.of(), null),
                folder.resolve("device-" + architecture),
                64 << 20,
                architecture,
                new FakeTime(),
                new Metrics());
    }

    @Test
    void whereTheBaseIsNotThereForAnArchitectureNothingIsMade() throws Exception {
        registry.pushIndex("base:many", base("amd64"), base("s390x"));
        registry.push("base:one", base("amd64"));

        for (var base : List.of("base:many", "base:one")) {
            try (var bases = BaseImages.of(func(base), "node", order(), "amd64")) {
                assertThatThrownBy(() -> bases.image("arm64"))
                        .isInstanceOf(PublishException.class)
                        .hasMessageContaining(registry.host() + "/" + base + " does not exist for linux/arm64");
            }
        }
    }
}
