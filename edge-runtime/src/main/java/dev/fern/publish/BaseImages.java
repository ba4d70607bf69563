package dev.fern.publish;

import com.google.cloud.tools.jib.api.DescriptorDigest;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.blob.Blob;
import com.google.cloud.tools.jib.image.Image;
import io.helidon.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The official image under a function's own, for each architecture that it is for, or nothing.
final class BaseImages implements AutoCloseable {
    private final @Nullable ImageReference reference;
    private final @Nullable Registry registry;
    private final Map<String, Image> read = new HashMap<>();

    private BaseImages(@Nullable ImageReference reference, @Nullable Registry registry) {
        this.reference = reference;
        this.registry = registry;
    }

    /// Looks whether its registry has it, for one architecture.
    static BaseImages of(Func func, String kind, Order order, String architecture) throws PublishException {
        var name = order.edgeOnly() ? null : Base.of(kind, func.text("runtime"), func.text("run_image"));
        if (name == null) {
            return new BaseImages(null, null);
        }
        if (name.isEmpty()) {
            throw new PublishException(
                    "the image of a function with runtime '" + func.text("runtime") + "' is built by Docker",
                    "deploy it with fn deploy, or without a base image with --edge-only: such an image runs on Fern"
                            + " only");
        }
        var reference = Registry.reference(name);
        var base = new BaseImages(reference, new Registry(reference, order, false));
        base.image(architecture);
        return base;
    }

    /// The architectures that an app's functions are built for (fn/cli, `fn create app --shape`).
    ///
    /// @param app null if it is not there yet
    static List<String> architectures(@Nullable JsonObject app) {
        return switch (app == null ? "" : app.stringValue("shape", "")) {
            case "GENERIC_ARM" -> List.of("arm64");
            case "GENERIC_X86_ARM" -> List.of("amd64", "arm64");
            default -> List.of("amd64");
        };
    }

    /// The image, or null if the function's has none under it.
    @Nullable Image image(String architecture) throws PublishException {
        if (registry == null) {
            return null;
        }
        var image = read.get(architecture);
        if (image == null) {
            image = registry.read(architecture);
            read.put(architecture, image);
        }
        return image;
    }

    /// A layer of it, which comes when it is written somewhere.
    Blob layer(DescriptorDigest digest) {
        if (registry == null) {
            throw new IllegalStateException("there is no base image");
        }
        return registry.blob(digest);
    }

    /// Its repository, if that is on the same registry.
    @Nullable String beside(ImageReference target) {
        return reference != null && reference.getRegistry().equals(target.getRegistry())
                ? reference.getRepository()
                : null;
    }

    @Override
    public void close() {
        if (registry != null) {
            registry.close();
        }
    }
}
