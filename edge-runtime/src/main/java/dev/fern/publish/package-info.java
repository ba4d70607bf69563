/// A function's folder made an OCI image in a registry, and a definition on an Fn server, without Docker.
@NullMarked
package dev.fern.publish;

import org.jspecify.annotations.NullMarked;
