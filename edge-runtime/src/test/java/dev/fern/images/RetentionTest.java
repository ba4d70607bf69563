package dev.fern.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.kit.FakeTime;
import dev.fern.kit.FunctionImage;
import dev.fern.kit.FunctionImage.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
    private static final Duration PAST_GRACE = Duration.ofMinutes(11);

    @TempDir
    Path dir;

    private final FakeTime time = new FakeTime();
    private final Metrics metrics = new Metrics();
    private PlayedRegistry registry;
    private Images images;

    @BeforeEach
    void start() throws Exception {
        registry = new PlayedRegistry();
        images = new Images(new Settings.Registry(null, Set.of(), null), dir, 3 << 20, "arm64", time, metrics);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void whatNobodyWantsGoesAfterAWeek() throws Exception {
        var gone = fetch("gone");
        var kept = fetch("kept");
        time.advance(Duration.ofDays(6));
        images.retain(Set.of(kept));
        assertThat(bundles()).containsExactlyInAnyOrder(gone, kept);
        time.advance(Duration.ofDays(2));
        images.retain(Set.of(kept));
        assertThat(bundles()).containsExactly(kept);
    }

    @Test
    void theWeekBeginsWithTheLastUse() throws Exception {
        var digest = fetch("x");
        time.advance(Duration.ofDays(20));
        images.retain(Set.of(digest));
        time.advance(Duration.ofDays(6));
        images.retain(Set.of());
        assertThat(bundles()).containsExactly(digest);
        time.advance(Duration.ofDays(3));
        images.retain(Set.of());
        assertThat(bundles()).isEmpty();
    }

    @Test
    void overTheLimitTheLongestUnusedGoesAtOnce() throws Exception {
        var first = fetch("1", 1 << 20);
        time.advance(Duration.ofHours(1));
        var second = fetch("2", 1 << 20);
        time.advance(Duration.ofHours(1));
        images.retain(Set.of());
        assertThat(bundles()).containsExactlyInAnyOrder(first, second);
        var third = fetch("3", 1 << 20);
        assertThat(bundles()).containsExactlyInAnyOrder(second, third);
    }

    @Test
    void whatIsWantedStaysAndWhatHasNoRoomIsRefused() throws Exception {
        var first = fetch("1", 1 << 20);
        var second = fetch("2", 1 << 20);
        time.advance(PAST_GRACE);
        images.retain(Set.of(first, second));
        registry.image(image("3", 1 << 20));
        var refusal =
                catchThrowableOfType(ImageException.class, () -> images.fetch(registry.host() + "/a:1", null, false));
        assertThat(refusal.problem().why()).contains("which is all that the images in use leave");
        assertThat(refusal.lasting()).isFalse();
        assertThat(refusal.problem().whatToDo()).contains("limits.images-bytes");
        assertThat(bundles()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void whatWasHandedOutAMomentAgoStays() throws Exception {
        var digest = fetch("x", 1 << 20);
        var folder = dir.resolve("bundles/" + digest.substring(7));
        Files.setLastModifiedTime(folder, FileTime.from(time.now().minus(Duration.ofDays(30))));
        images.retain(Set.of());
        assertThat(bundles()).containsExactly(digest);
    }

    @Test
    void aLayerThatNobodyFinishedGoesAfterAWeek() throws Exception {
        fetch("x");
        var part = Files.write(dir.resolve("blobs/sha256/" + "0".repeat(64) + ".part"), new byte[10]);
        Files.setLastModifiedTime(part, FileTime.from(time.now().minus(Duration.ofDays(6))));
        images.retain(Set.of());
        assertThat(part).exists();
        time.advance(Duration.ofDays(2));
        images.retain(Set.of());
        assertThat(part).doesNotExist();
    }

    @Test
    void whatIsKeptIsMeasured() throws Exception {
        fetch("x", 1 << 20);
        images.retain(Set.of());
        var gauges = new HashMap<String, Double>();
        metrics.forEachGauge((series, value) -> gauges.put(series.name(), value));
        // the file, and the folder function/
        assertThat(gauges).containsEntry("fern_images_bytes", (1 << 20) + 4096.0);
    }

    private String fetch(String text) throws Exception {
        return fetch(text, 10);
    }

    private String fetch(String text, int size) throws Exception {
        registry.image(image(text, size));
        return images.fetch(registry.host() + "/a:1", null, false).digest();
    }

    private static FunctionImage image(String text, int size) {
        var bytes = new byte[size];
        bytes[0] = (byte) text.charAt(0);
        return new FunctionImage().layer("COPY f /function/", Entry.file("function/f", bytes));
    }

    private Set<String> bundles() throws Exception {
        try (var folders = Files.list(dir.resolve("bundles"))) {
            return folders.map(folder -> "sha256:" + folder.getFileName()).collect(Collectors.toSet());
        }
    }
}
