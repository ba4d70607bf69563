/// Tests of PWM: on a folder that refuses what the kernel refuses.
@NullMarked
package dev.fern.pwm;

import org.jspecify.annotations.NullMarked;
