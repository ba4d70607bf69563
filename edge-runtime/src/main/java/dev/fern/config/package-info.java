/// What people write in YAML files: the device's configuration as [dev.fern.Settings], and a check of func.yaml.
/// Everything that is wrong is reported at once, with file, line, key and what to do.
@NullMarked
package dev.fern.config;

import org.jspecify.annotations.NullMarked;
