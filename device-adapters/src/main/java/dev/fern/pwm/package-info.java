/// PWM channels as targets.
@NullMarked
package dev.fern.pwm;

import org.jspecify.annotations.NullMarked;
