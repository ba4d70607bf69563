/// Tests of Fn's definitions API, most of them against exchanges recorded with a real Fn server 0.3.753.
@NullMarked
package dev.fern.catalog;

import org.jspecify.annotations.NullMarked;
