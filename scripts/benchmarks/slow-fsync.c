// Preloaded (LD_PRELOAD), it makes every fsync take so many milliseconds longer: SLOW_FSYNC_MS.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void rest(void) {
  const char *text = getenv("SLOW_FSYNC_MS");
  long milliseconds = text ? atol(text) : 0;
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static int after_rest(const char *name, int file) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  rest();
  return real(file);
}

int fsync(int file) { return after_rest("fsync", file); }
int fdatasync(int file) { return after_rest("fdatasync", file); }
