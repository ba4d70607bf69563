package dev.fern.images;

import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/// What a manifest says (OCI image-spec 1.1: manifest.md, image-index.md; Docker image manifest v2, schema 2).
sealed interface Manifest {
    /// Media types to ask for, OCI's and Docker's.
    String ACCEPT = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
            + "application/vnd.docker.distribution.manifest.v2+json, "
            + "application/vnd.docker.distribution.manifest.list.v2+json";

    /// A blob of the registry.
    record Descriptor(String digest, long size) {}

    /// One image: its configuration, and its layers from the lowest up.
    record Image(Descriptor config, List<Descriptor> layers) implements Manifest {}

    /// One image for each platform.
    record Index(List<Member> members) implements Manifest {
        /// The image for that architecture on Linux, else the only one there is (a Java function runs anywhere).
        Descriptor choose(String architecture, Reference image) throws ImageException {
            for (var member : members) {
                if (member.os.equals("linux") && member.architecture.equals(architecture)) {
                    return member.manifest;
                }
            }
            if (members.size() == 1) {
                return members.getFirst().manifest;
            }
            var there = members.stream()
                    .map(member -> member.os + "/" + member.architecture)
                    .toList();
            throw ImageException.never(
                    image + " has no image for linux/" + architecture + ", only for "
                            + (there.isEmpty() ? "no platform at all" : String.join(", ", there)),
                    "build it for linux/" + architecture + " too");
        }
    }

    record Member(Descriptor manifest, String os, String architecture) {}

    static Manifest parse(JsonObject json, Reference image) throws ImageException {
        try {
            if (json.containsKey("manifests")) {
                return index(json, image);
            }
            if (json.containsKey("layers") && json.containsKey("config")) {
                var layers = new ArrayList<Descriptor>();
                for (var layer : Json.objects(json, "layers")) {
                    layers.add(descriptor(layer, image));
                }
                return new Image(descriptor(Json.object(json, "config"), image), List.copyOf(layers));
            }
        } catch (JsonException e) {
            // said below
        }
        throw ImageException.never(
                "the manifest of " + image + " is of no kind that Fern knows",
                "push it again as an OCI image or a Docker image (manifest version 2, schema 2)");
    }

    private static Index index(JsonObject json, Reference image) throws ImageException {
        var members = new ArrayList<Member>();
        for (var member : Json.objects(json, "manifests")) {
            var platform = Json.object(member, "platform");
            var os = Json.string(platform, "os");
            var architecture = Json.string(platform, "architecture");
            // BuildKit files how an image was built beside it, as an image for unknown/unknown
            if (!"unknown".equals(os)) {
                members.add(new Member(
                        descriptor(member, image),
                        os == null ? "linux" : os,
                        architecture == null ? "any" : architecture));
            }
        }
        return new Index(List.copyOf(members));
    }

    private static Descriptor descriptor(JsonObject json, Reference image) throws ImageException {
        var digest = Json.string(json, "digest");
        long size = Json.number(json, "size", -1);
        if (digest == null || !Digests.isOne(digest) || size < 0) {
            throw ImageException.never(
                    "the manifest of " + image + " names a blob without a sha256 digest or a size",
                    "build and push the image again");
        }
        return new Descriptor(digest, size);
    }
}
