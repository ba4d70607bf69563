package dev.fern.publish;

import com.google.cloud.tools.jib.api.DescriptorDigest;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.blob.Blobs;
import com.google.cloud.tools.jib.hash.Digests;
import com.google.cloud.tools.jib.image.Image;
import com.google.cloud.tools.jib.image.LayerPropertyNotFoundException;
import com.google.cloud.tools.jib.image.json.ManifestTemplate;
import com.google.cloud.tools.jib.image.json.OciIndexTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import io.helidon.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Makes an image of code and pushes it: layers, configurations, manifests, and last what the tag means, so that the
/// tag
/// never names something that is not all there.
final class Pushing {
    private final ImageReference target;
    private final Registry registry;
    private final BaseImages bases;
    private final Steps steps;

    Pushing(ImageReference target, Registry registry, BaseImages bases, Steps steps) {
        this.target = target;
        this.registry = registry;
        this.bases = bases;
        this.steps = steps;
    }

    /// @param architectures one, or several for an image that is an index
    /// @param scratch a folder for layers under construction
    /// @return what the tag means now
    DescriptorDigest push(Code code, List<String> architectures, Path scratch)
            throws PublishException, InterruptedException {
        try {
            var layers = new ArrayList<LayerFile>();
            for (var layer : code.layers().entrySet()) {
                var file = scratch.resolve("layer-" + layers.size());
                layers.add(LayerFile.write(layer.getKey(), layer.getValue(), file));
            }
            for (var layer : layers) {
                steps.step(
                        "pushing a layer of the function, " + size(layer.blob().getSize()),
                        () -> registry.push(layer.blob(), Blobs.from(layer.file()), null));
            }
            var manifests = new LinkedHashMap<String, ManifestTemplate>();
            for (var architecture : architectures) {
                manifests.put(architecture, picture(code, layers, architecture));
            }
            return manifests.size() == 1
                    ? registry.push(manifests.values().iterator().next(), target.getQualifier())
                    : registry.push(index(manifests), target.getQualifier());
        } catch (IOException e) {
            throw new PublishException(
                    "the image cannot be made: " + PublishException.line(String.valueOf(e.getMessage())),
                    "see to the function's files and to the room in " + scratch.getParent());
        }
    }

    private ManifestTemplate picture(Code code, List<LayerFile> layers, String architecture)
            throws PublishException, InterruptedException, IOException {
        var base = bases.image(architecture);
        if (base != null) {
            bring(base);
        }
        var picture = Picture.of(code, layers, base, architecture);
        registry.push(picture.blob(), Blobs.from(picture.configuration()), null);
        return picture.manifest();
    }

    /// The base's layers must be in the function's repository too; on the same registry that costs nothing.
    private void bring(Image base) throws PublishException, InterruptedException {
        try {
            for (var layer : base.getLayers()) {
                var blob = layer.getBlobDescriptor();
                steps.step(
                        "copying a layer of the base image, " + size(blob.getSize()),
                        () -> registry.push(blob, bases.layer(blob.getDigest()), bases.beside(target)));
            }
        } catch (LayerPropertyNotFoundException e) {
            throw new PublishException("the base image has a layer without a digest", "build that image again");
        }
    }

    private ManifestTemplate index(Map<String, ManifestTemplate> manifests) throws PublishException, IOException {
        var members = new ArrayList<JsonObject>();
        for (var one : manifests.entrySet()) {
            var what = Digests.computeDigest(one.getValue());
            registry.push(one.getValue(), what.getDigest().toString());
            members.add(JsonObject.builder()
                    .set("mediaType", one.getValue().getManifestMediaType())
                    .set("digest", what.getDigest().toString())
                    .set("size", what.getSize())
                    .set(
                            "platform",
                            JsonObject.builder()
                                    .set("architecture", one.getKey())
                                    .set("os", "linux")
                                    .build())
                    .build());
        }
        var index = JsonObject.builder()
                .set("schemaVersion", 2)
                .set("mediaType", OciIndexTemplate.MEDIA_TYPE)
                .setValues("manifests", members)
                .build();
        return JsonTemplateMapper.readJson(index.toString(), OciIndexTemplate.class);
    }

    private static String size(long bytes) {
        return bytes < 1 << 20 ? (bytes + 1023) / 1024 + " KB" : bytes / (1 << 20) + " MB";
    }

    /// A folder that is gone afterwards.
    static Path scratch() throws PublishException {
        try {
            return Files.createTempDirectory("fern-deploy-");
        } catch (IOException e) {
            throw new PublishException(
                    "no folder for the image can be made in " + System.getProperty("java.io.tmpdir"),
                    "make room there");
        }
    }

    /// Removes what was made there.
    static void remove(Path scratch) {
        try (var files = Files.newDirectoryStream(scratch)) {
            for (var file : files) {
                Files.delete(file);
            }
            Files.delete(scratch);
        } catch (IOException e) {
            // the system empties its folder for such files by itself
        }
    }
}
