// What a test asks for with the first word of the body.
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static int calls;
static char body[100000];
char *volatile kept;

static int deeper(volatile int n) { return deeper(n + 1) + n; }
static int recursive(volatile int n) { return n < 2 ? 1 : recursive(n - 1) + recursive(n - 2); }
static int twice(int n) { return 2 * n; }
int (*volatile chosen)(int) = twice;

static int is(const char *word) { return strncmp(body, word, strlen(word)) == 0; }

int main(int argc, char **argv) {
  calls++;
  body[fread(body, 1, sizeof body - 1, stdin)] = 0;
  if (is("bad") && getenv("BAD")) strcpy(body, getenv("BAD"));
  char *rest = strchr(body, ' ') ? strchr(body, ' ') + 1 : body + strlen(body);
  if (is("good")) return fputs(body, stdout), 0;
  if (is("echo")) return fputs(rest, stdout), 0;
  if (is("size")) return printf("%zu", strlen(body)), 0;
  if (is("count")) return printf("%d", calls), 0;
  if (is("env"))
    for (char **one = environ; *one; one++) puts(*one);
  if (is("args"))
    for (int i = 0; i < argc; i++) puts(argv[i]);
  if (is("say")) return fprintf(stderr, "first\nno sensor at %s\n", rest), atoi(rest);
  if (is("exit")) exit(atoi(rest));
  if (is("trap")) __builtin_trap();
  if (is("divide")) return printf("%d", 100 / atoi(rest)), 0;
  if (is("outside")) return *(volatile int *)0x7ffffff0;
  if (is("null")) return ((int (*volatile)(int))atoi(rest))(1);
  if (is("call")) return printf("%d", chosen(atoi(rest))), 0;
  if (is("deep")) return deeper(0);
  if (is("spin"))
    for (volatile int i = 0;; i++);
  if (is("tight"))
    for (;;) __asm__ volatile("");
  if (is("recurse"))
    for (volatile int i = 0;; i++) kept = (char *)(long)recursive(20);
  if (is("indirect"))
    for (int i = 0;; i++) kept = (char *)(long)chosen(i);
  if (is("copy"))
    for (char *a = malloc(8 << 20), *b = malloc(8 << 20);; kept = a) memcpy(a, b, 8 << 20);
  if (is("yield"))
    for (;;) sched_yield();
  if (is("clock"))
    for (struct timespec now;;) clock_gettime(CLOCK_REALTIME, &now);
  if (is("random"))
    for (char random[256];;) getentropy(random, sizeof random);
  if (is("read"))
    for (;;) read(0, body, sizeof body);
  if (is("empty"))
    for (;;) write(1, body, 0);
  if (is("errors"))
    for (;;) fprintf(stderr, "line\n");
  if (is("grow"))
    for (int pages = 0;; pages++)
      if ((int)__builtin_wasm_memory_grow(0, 1) < 0) return fprintf(stderr, "no more after %d pages\n", pages), 1;
  if (is("grab"))
    for (;;) __builtin_wasm_memory_grow(0, 1);
  if (is("churn")) {
    for (int i = 0; i < 2000; i++) memset(kept = malloc(1 << 20), 1, 1 << 20), free(kept);
    return puts("fine"), 0;
  }
  if (is("abort")) abort();
  if (is("sleep")) return sleep(atoi(rest)), puts("awake"), 0;
  if (is("hog"))
    for (int mb = 0;; mb++) {
      if (!(kept = malloc(1 << 20))) return fprintf(stderr, "no more after %d MB\n", mb), 1;
      memset(kept, 1, 1 << 20);
    }
  if (is("answer"))
    for (;;) fwrite(body, 1, 1000, stdout);
  if (is("flood"))
    for (int i = 0; i < 100000; i++) fprintf(stderr, "line %d\n", i);
  if (is("line"))
    for (int i = 0; i < 1000000; i++) fputc('x', stderr);
  if (is("file")) {
    FILE *file = fopen("/etc/passwd", "r");
    return printf("%s, %s\n", file ? "open" : "closed", strerror(errno)), 0;
  }
  if (is("close")) {
    close(0), close(1), close(2);
    return printf("unheard") && fflush(stdout) ? 4 : 0;
  }
  if (is("time")) {
    struct timespec now, then;
    clock_gettime(CLOCK_MONOTONIC, &then);
    clock_gettime(CLOCK_REALTIME, &now);
    unsigned long random[2] = {0, 0};
    getentropy(random, sizeof random);
    return printf("%lld %d %d", (long long)now.tv_sec, then.tv_sec >= 0, random[0] != random[1]), 0;
  }
  if (is("cgi")) return printf("Content-Type: text/plain\nStatus: 404 Not Found\nX-Mine: 1\n\nno %s", rest), 0;
  return 0;
}
