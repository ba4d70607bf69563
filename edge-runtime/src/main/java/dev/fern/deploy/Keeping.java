package dev.fern.deploy;

import dev.fern.images.Images;
import dev.fern.sync.Copy;
import java.util.Collection;
import java.util.HashSet;

/// What stays on disk of functions: their definitions for the next start, and the code of each that is wanted or ran.
/// One thread.
final class Keeping {
    private final Copy copy;
    private final Images images;
    private final FolderCode folders;

    Keeping(Copy copy, Images images, FolderCode folders) {
        this.copy = copy;
        this.images = images;
        this.folders = folders;
    }

    /// From now on these are the functions.
    void save(Collection<Deployment> deployments) {
        copy.save(deployments.stream().map(Deployment::saved).toList());
        var digests = new HashSet<String>();
        for (var deployment : deployments) {
            if (deployment.goodDigest instanceof String digest) {
                digests.add(digest);
            }
            if (deployment.wantedDigest instanceof String digest) {
                digests.add(digest);
            }
        }
        images.retain(digests);
        folders.retain(digests);
    }
}
