package dev.fern.images;

import dev.fern.images.ImageConfig.Step;
import dev.fern.images.Manifest.Descriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which layers of an image are the function's own, from the lowest up, and what of them is kept.
///
/// ```
/// history                                  A: after WORKDIR   B: no base   C: neither
/// ADD rootfs.tar /                         -                              -
/// COPY ... /function/runtime/              -                              - (the base's)
/// RUN apt-get install ...                  -                              only /function ...
/// WORKDIR /function
/// COPY target/*.jar /function/app/         all                all          only /function ...
/// CMD [...]
/// ```
///
/// A: the Dockerfiles of the fn CLI say `WORKDIR /function` right after FROM; the last one counts, as the
/// base has one too. B: the lowest layer is a COPY into some folder, so there is no base below it (FROM
/// scratch). C: all layers above the one that brings the FDK, and of these only the folders in which
/// functions live. Slower, never too little.
///
/// `/function/runtime`, the FDK that comes with the base, is kept by none: `RUN chmod -R` copies it into the
/// function's own layer.
///
/// @param keep what is unpacked of them
record Layers(List<Layer> list, Keep keep) {
    /// @param diffId of its tar, unzipped, or null if the configuration does not say
    record Layer(Descriptor blob, @Nullable String diffId) {}

    /// What of a layer is unpacked.
    enum Keep {
        ALL,
        OWN,
        FUNCTION;

        private static final List<String> PLACES = List.of("function", "python", "usr/lib/ruby/gems");

        /// @param path without a slash at either end
        boolean takes(String path) {
            return switch (this) {
                case ALL -> true;
                case OWN -> !isIn(path, "function/runtime");
                case FUNCTION -> OWN.takes(path) && PLACES.stream().anyMatch(place -> isIn(path, place));
            };
        }

        private static boolean isIn(String path, String folder) {
            return path.startsWith(folder) && (path.length() == folder.length() || path.charAt(folder.length()) == '/');
        }
    }

    /// As a Dockerfile says it, as the legacy builder notes it (`/bin/sh -c #(nop) WORKDIR /function`) and as
    /// BuildKit does.
    private static final Pattern WORKDIR = Pattern.compile("(^|\\s)WORKDIR /function/?\\s*(#.*)?$");

    /// The FDK: it and all below is the base's. That a layer holds a whole file system tells nothing, it may
    /// hold the function.
    private static final Pattern BASE = Pattern.compile("(^|\\s)(ADD|COPY)\\s.*\\s/function/runtime\\S*\\s*(#.*)?$");

    private static final Pattern COPY =
            Pattern.compile("^(/bin/sh -c #\\(nop\\)\\s+)?(COPY|ADD)\\s.*\\s/\\S+\\s*(#.*)?$");

    Layers {
        list = List.copyOf(list);
    }

    static Layers all(Manifest.Image image, ImageConfig config, Reference reference) throws ImageException {
        return new Layers(layers(image, config, reference, 0), Keep.ALL);
    }

    static Layers own(Manifest.Image image, ImageConfig config, Reference reference) throws ImageException {
        var steps = config.history();
        long made = steps.stream().filter(Step::makesLayer).count();
        if (made != image.layers().size()) {
            // a history that does not fit says nothing
            return new Layers(layers(image, config, reference, 0), Keep.FUNCTION);
        }
        int workdir = after(steps, WORKDIR);
        if (workdir > 0 && workdir < image.layers().size()) {
            return new Layers(layers(image, config, reference, workdir), Keep.OWN);
        }
        int base = after(steps.stream().filter(Step::makesLayer).toList(), BASE);
        var lowest = steps.stream().filter(Step::makesLayer).findFirst();
        if (base == 0
                && lowest.isPresent()
                && COPY.matcher(lowest.get().createdBy()).matches()) {
            return new Layers(layers(image, config, reference, 0), Keep.OWN);
        }
        return new Layers(layers(image, config, reference, base), Keep.FUNCTION);
    }

    /// How many layers there are up to the last step of that kind, itself included; 0 if there is none.
    private static int after(List<Step> steps, Pattern kind) {
        int layers = 0;
        int found = 0;
        for (var step : steps) {
            layers += step.makesLayer() ? 1 : 0;
            if (kind.matcher(step.createdBy()).find()) {
                found = layers;
            }
        }
        return found;
    }

    private static List<Layer> layers(Manifest.Image image, ImageConfig config, Reference reference, int from)
            throws ImageException {
        var diffIds = config.diffIds();
        if (!diffIds.isEmpty() && diffIds.size() != image.layers().size()) {
            throw ImageException.never(
                    "manifest and configuration of " + reference + " do not fit: "
                            + image.layers().size() + " layers and " + diffIds.size() + " digests of layers",
                    "build and push the image again");
        }
        var layers = new ArrayList<Layer>();
        for (int i = from; i < image.layers().size(); i++) {
            layers.add(new Layer(image.layers().get(i), diffIds.isEmpty() ? null : diffIds.get(i)));
        }
        return layers;
    }
}
