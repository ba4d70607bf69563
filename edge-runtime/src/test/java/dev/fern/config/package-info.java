/// Tests of what is read from YAML files.
@NullMarked
package dev.fern.config;

import org.jspecify.annotations.NullMarked;
