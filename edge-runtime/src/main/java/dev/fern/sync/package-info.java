/// Desired state: what an Fn server or a folder says this device shall run, what that means here, and the last good
/// copy of it on disk.
@NullMarked
package dev.fern.sync;

import org.jspecify.annotations.NullMarked;
