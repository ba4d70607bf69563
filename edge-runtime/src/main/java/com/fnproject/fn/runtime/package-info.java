/// Fern's side of the functions' world. It stands in the FDK's package for what the FDK keeps to it, is defined by the
/// loader that has the FDK, and meets the daemon at [dev.fern.fdk.Bridge] only.
@NullMarked
package com.fnproject.fn.runtime;

import org.jspecify.annotations.NullMarked;
