package dev.fern.publish;

import com.google.cloud.tools.jib.blob.BlobDescriptor;
import com.google.cloud.tools.jib.hash.Digests;
import com.google.cloud.tools.jib.image.Image;
import com.google.cloud.tools.jib.image.LayerPropertyNotFoundException;
import com.google.cloud.tools.jib.image.ReferenceLayer;
import com.google.cloud.tools.jib.image.json.HistoryEntry;
import com.google.cloud.tools.jib.image.json.ImageToJsonTranslator;
import com.google.cloud.tools.jib.image.json.OciManifestTemplate;
import com.google.cloud.tools.jib.json.JsonTemplate;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonString;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An image, complete but for being pushed: its configuration and manifest (OCI image-spec 1.1). The history is that of
/// the fn CLI's Dockerfile, for `WORKDIR /function` in it tells Fern where the function's own layers begin.
///
/// @param base what lies under it, or null
record Picture(
        JsonTemplate configuration,
        BlobDescriptor blob,
        OciManifestTemplate manifest,
        @Nullable Image base) {
    private static final String FOLDER = "/function";

    /// @param base null for an image from scratch
    /// @param architecture if there is no base
    static Picture of(Code code, List<LayerFile> layers, @Nullable Image base, String architecture) throws IOException {
        var image = Image.builder(OciManifestTemplate.class)
                .setCreated(Instant.EPOCH)
                .setArchitecture(architecture)
                .setOs("linux");
        try {
            if (base != null) {
                under(image, base);
            }
            image.setWorkingDirectory(code.layout().workingDir());
            image.addHistory(step("WORKDIR " + FOLDER, true));
            for (var layer : layers) {
                image.addLayer(new ReferenceLayer(layer.blob(), layer.diffId()));
                image.addHistory(step(layer.line(), false));
            }
            command(image, code, base);
            var translator = new ImageToJsonTranslator(image.build());
            var configuration = translator.getContainerConfiguration();
            var blob = Digests.computeDigest(configuration);
            return new Picture(
                    configuration, blob, translator.getManifestTemplate(OciManifestTemplate.class, blob), base);
        } catch (LayerPropertyNotFoundException e) {
            throw new IOException("a layer of the base image has no digest", e);
        }
    }

    private static void under(Image.Builder image, Image base) throws LayerPropertyNotFoundException {
        if (base.getCreated() != null) {
            image.setCreated(base.getCreated());
        }
        image.setArchitecture(base.getArchitecture()).setOs(base.getOs());
        image.addEnvironment(base.getEnvironment());
        image.addLabels(base.getLabels());
        image.addExposedPorts(base.getExposedPorts());
        image.addVolumes(base.getVolumes());
        image.setUser(base.getUser());
        image.setHealthCheck(base.getHealthCheck());
        for (var layer : base.getLayers()) {
            image.addLayer(layer);
        }
        base.getHistory().forEach(image::addHistory);
    }

    private static void command(Image.Builder image, Code code, @Nullable Image base) {
        code.layout().env().forEach(image::addEnvironmentVariable);
        boolean java = code.kind().equals("java") || code.kind().equals("kotlin");
        var ofBase = base == null || base.getEntrypoint() == null ? List.<String>of() : base.getEntrypoint();
        var entrypoint = code.entrypoint();
        if (entrypoint.isEmpty() && java) {
            entrypoint = ofBase.isEmpty() ? Base.JAVA_ENTRYPOINT : ofBase;
        }
        if (!entrypoint.isEmpty()) {
            image.setEntrypoint(entrypoint);
            image.addHistory(step("ENTRYPOINT " + words(entrypoint), true));
        }
        if (!code.layout().cmd().isEmpty()) {
            image.setProgramArguments(code.layout().cmd());
            image.addHistory(step("CMD " + words(code.layout().cmd()), true));
        }
    }

    private static String words(List<String> command) {
        return JsonArray.create(command.stream().map(JsonString::create).toList())
                .toString();
    }

    private static HistoryEntry step(String line, boolean empty) {
        var entry = HistoryEntry.builder()
                .setCreationTimestamp(Instant.EPOCH)
                .setCreatedBy(line)
                .setComment("fern deploy");
        return (empty ? entry.setEmptyLayer(true) : entry).build();
    }
}
