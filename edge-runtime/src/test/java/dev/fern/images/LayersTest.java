package dev.fern.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.images.ImageConfig.Step;
import dev.fern.images.Layers.Keep;
import dev.fern.images.Manifest.Descriptor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LayersTest {
    private static final Step BASE = new Step("ADD rootfs.tar.gz / # buildkit", true);
    private static final Step FDK = new Step("COPY /function/runtime /function/runtime # buildkit", true);

    @Test
    void aDockerfileOfTheFnCliHasItsOwnLayersAfterTheLastWorkdir() throws Exception {
        var own = own(
                BASE,
                new Step("WORKDIR /function", false),
                FDK,
                new Step("ENTRYPOINT [\"java\"]", false),
                new Step("WORKDIR /function", true),
                new Step("COPY /function/target/*.jar /function/app/ # buildkit", true),
                new Step("CMD [\"a::b\"]", false));
        assertThat(sizes(own)).containsExactly(3L);
        assertThat(own.keep()).isEqualTo(Keep.OWN);
    }

    @Test
    void theLegacyBuilderNotesWorkdirAsAnEmptyLayer() throws Exception {
        var own = own(
                new Step("/bin/sh -c #(nop) ADD file:abc in / ", true),
                new Step("/bin/sh -c #(nop) WORKDIR /function", false),
                new Step("/bin/sh -c #(nop) COPY dir:abc in /function/app/ ", true),
                new Step("/bin/sh -c chmod -R o+r /function", true));
        assertThat(sizes(own)).containsExactly(1L, 2L);
    }

    @Test
    void anotherFolderIsNoMark() throws Exception {
        var own = own(
                BASE,
                new Step("WORKDIR /function/app", false),
                new Step("WORKDIR /functions", false),
                new Step("RUN x", true));
        assertThat(own.keep()).isEqualTo(Keep.FUNCTION);
        assertThat(sizes(own)).containsExactly(0L, 1L);
    }

    @Test
    void aWorkdirThatNothingFollowsSaysNothing() throws Exception {
        var own = own(BASE, new Step("COPY a /function/app/", true), new Step("WORKDIR /function", false));
        assertThat(own.keep()).isEqualTo(Keep.FUNCTION);
        assertThat(sizes(own)).containsExactly(0L, 1L);
    }

    @Test
    void anImageFromScratchIsAllItsOwn() throws Exception {
        var own = own(new Step("COPY func /bin/ # buildkit", true), new Step("CMD [\"/bin/func\"]", false));
        assertThat(own.keep()).isEqualTo(Keep.OWN);
        assertThat(sizes(own)).containsExactly(0L);
    }

    @Test
    void withoutAMarkAllAboveTheFdkIsSearchedForTheFunction() throws Exception {
        var own = own(BASE, FDK, new Step("RUN apt-get install x", true), new Step("COPY a /function/app/", true));
        assertThat(own.keep()).isEqualTo(Keep.FUNCTION);
        assertThat(sizes(own)).containsExactly(2L, 3L);
    }

    @Test
    void aHistoryThatDoesNotFitIsNotBelieved() throws Exception {
        var layers = layers(3);
        var own = Layers.own(
                layers, config(new Step("WORKDIR /function", false), new Step("COPY a /function/", true)), image());
        assertThat(own.keep()).isEqualTo(Keep.FUNCTION);
        assertThat(sizes(own)).containsExactly(0L, 1L, 2L);
    }

    @Test
    void allLayersAreAll() throws Exception {
        var all = Layers.all(layers(2), config(), image());
        assertThat(sizes(all)).containsExactly(0L, 1L);
        assertThat(all.keep().takes("function/runtime/fdk.jar")).isTrue();
    }

    @Test
    void aConfigurationWithOtherLayersThanTheManifestIsRefused() {
        var config = new ImageConfig(List.of(), List.of(), Map.of(), "/", List.of("sha256:1"), List.of());
        assertThatThrownBy(() -> Layers.all(layers(2), config, image()))
                .hasMessageContaining("2 layers and 1 digests of layers");
    }

    @Test
    void theFdkOfTheBaseIsNeverKept() {
        assertThat(Keep.OWN.takes("function/runtime")).isFalse();
        assertThat(Keep.OWN.takes("function/runtime/api.jar")).isFalse();
        assertThat(Keep.OWN.takes("function/runtimes")).isTrue();
        assertThat(Keep.OWN.takes("etc/passwd")).isTrue();
    }

    @Test
    void aSearchKeepsTheFoldersInWhichFunctionsLive() {
        assertThat(List.of("function/app/a.jar", "function", "python/x.py", "usr/lib/ruby/gems/3.3.0/g"))
                .allMatch(Keep.FUNCTION::takes);
        assertThat(List.of("etc/passwd", "functions/x", "usr/lib/ruby", "usr", "function/runtime/x"))
                .noneMatch(Keep.FUNCTION::takes);
    }

    private static Layers own(Step... steps) throws ImageException {
        int made = (int) List.of(steps).stream().filter(Step::makesLayer).count();
        return Layers.own(layers(made), config(steps), image());
    }

    /// Layers that are told apart by their sizes: 0, 1, 2...
    private static Manifest.Image layers(int count) {
        var digest = "sha256:" + "0".repeat(64);
        return new Manifest.Image(
                new Descriptor(digest, 0),
                IntStream.range(0, count)
                        .mapToObj(i -> new Descriptor(digest, i))
                        .toList());
    }

    private static ImageConfig config(Step... steps) {
        return new ImageConfig(List.of(), List.of(), Map.of(), "/", List.of(), List.of(steps));
    }

    private static List<Long> sizes(Layers layers) {
        return layers.list().stream().map(layer -> layer.blob().size()).toList();
    }

    private static Reference image() throws ImageException {
        return Reference.parse("127.0.0.1:5000/a:1");
    }
}
