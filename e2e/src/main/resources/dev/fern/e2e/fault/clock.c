// Shows a process another wall clock: so many seconds before or after the real one, as a file says, which may be
// changed at any time. The monotonic clock stays, as when somebody sets the clock of a machine. For LD_PRELOAD.
//
// FERN_FAULT_CLOCK   a file with 8 bytes: the seconds, signed, in this machine's byte order
//
// What the kernel itself does by the wall clock stays too: times of files, and waiting until a time on it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const long long *ahead;

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("FERN_FAULT_CLOCK");
  int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
  if (fd >= 0) {
    void *page = mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);
    ahead = page == MAP_FAILED ? NULL : page;
    close(fd);
  }
}

static time_t shift(void) { return ahead ? (time_t)*ahead : 0; }

int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += shift();
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec precise;
  (void)zone;
  int result = clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return result;
}

time_t time(time_t *now) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (now) *now = precise.tv_sec;
  return precise.tv_sec;
}
