// Makes system calls fail for files below a folder, while a control file says so. For LD_PRELOAD.
//
// FERN_FAULT_FOLDER  the folder
// FERN_FAULT_CONTROL a file of 16 bytes, which may be changed at any time:
//                    0: which calls fail (1 sync, 2 write, 4 rename)   1: with which errno
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SYNC = 1, WRITE = 2, RENAME = 4 };

static volatile const unsigned char *control;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("FERN_FAULT_CONTROL");
  folder = getenv("FERN_FAULT_FOLDER");
  int fd = file && folder ? open(file, O_RDONLY | O_CLOEXEC) : -1;
  if (fd >= 0) {
    void *page = mmap(NULL, 16, PROT_READ, MAP_SHARED, fd, 0);
    control = page == MAP_FAILED ? NULL : page;
    close(fd);
  }
}

static int below(const char *path) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int fails(int call) { return control && (control[0] & call); }

static int refused(int call, const char *path) {
  if (!fails(call) || !below(path)) return 0;
  errno = control[1];
  return 1;
}

static int refused_at(int call, int fd) {
  if (!fails(call)) return 0;
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return refused(call, path);
}

// NAME(PARAMETERS) as it was, but for where REFUSED.
#define CALL(type, name, parameters, arguments, is_refused)            \
  type name parameters {                                               \
    static type(*real) parameters;                                     \
    if (!real) real = (type(*) parameters)dlsym(RTLD_NEXT, #name);     \
    return is_refused ? -1 : real arguments;                           \
  }

CALL(int, fsync, (int fd), (fd), refused_at(SYNC, fd))
CALL(int, fdatasync, (int fd), (fd), refused_at(SYNC, fd))
CALL(ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count), refused_at(WRITE, fd))
CALL(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count), refused_at(WRITE, fd))
CALL(ssize_t, pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at), refused_at(WRITE, fd))
CALL(ssize_t, pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at), refused_at(WRITE, fd))
CALL(int, rename, (const char *from, const char *to), (from, to), refused(RENAME, to))
CALL(int, renameat, (int in, const char *from, int out, const char *to), (in, from, out, to), refused(RENAME, to))
