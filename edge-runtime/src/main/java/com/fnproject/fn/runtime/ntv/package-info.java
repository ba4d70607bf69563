/// What a Java function in a process of its own gets in place of the FDK's native code.
@NullMarked
package com.fnproject.fn.runtime.ntv;

import org.jspecify.annotations.NullMarked;
