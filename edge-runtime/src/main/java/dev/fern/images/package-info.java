/// Functions' code out of OCI images: fetched from a registry, verified, unpacked, kept by digest.
@NullMarked
package dev.fern.images;

import org.jspecify.annotations.NullMarked;
