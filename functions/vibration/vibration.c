// How strongly a machine shakes, and how fast: root mean square and the strongest frequency of a window of samples.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST 4096

static int16_t samples[MOST];

// The power at one frequency, by Goertzel's algorithm.
static double power(int count, double mean, double cycles) {
  double c = 2 * cos(2 * M_PI * cycles / count), before = 0, last = 0;
  for (int i = 0; i < count; i++) {
    double now = samples[i] - mean + c * last - before;
    before = last;
    last = now;
  }
  return before * before + last * last - c * before * last;
}

int main(void) {
  // the body: 16 bit samples, the low byte first, as WebAssembly has them too
  int count = fread(samples, sizeof samples[0], MOST, stdin);
  if (count < 16) {
    fprintf(stderr, "%d samples are too few, send 16 to %d\n", count, MOST);
    return 1;
  }
  double rate = getenv("RATE") ? atof(getenv("RATE")) : 0;
  if (rate <= 0) {
    fprintf(stderr, "RATE in the configuration is not a number of samples a second\n");
    return 1;
  }
  double sum = 0, squares = 0, strongest = -1;
  for (int i = 0; i < count; i++) sum += samples[i];
  double mean = sum / count;
  for (int i = 0; i < count; i++) squares += (samples[i] - mean) * (samples[i] - mean);
  int peak = 0;
  for (int cycles = 1; cycles < count / 2; cycles++) {
    double here = power(count, mean, cycles);
    if (here > strongest) strongest = here, peak = cycles;
  }
  printf("{\"rms\":%.1f,\"hz\":%.1f,\"samples\":%d}", sqrt(squares / count), peak * rate / count, count);
  return 0;
}
