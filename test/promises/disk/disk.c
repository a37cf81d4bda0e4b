// A disk that can fail, put before the C library (LD_PRELOAD): it keeps, beside the database and its log, a second copy that
// holds only what an fsync has made durable, and some of what was on its way there. After a power cut that copy is what is left.
//
// DISK_DATA: the data directory. DISK_KEPT: where the copies are. DISK_FAULTS: a directory; while there is a file
// `fsync-fails` (EIO), `write-fails` (EIO) or `full` (ENOSPC) in it, that happens. A failed fsync forgets what it should have
// kept, and the next one answers well, as Linux does. DISK_SYNC_US: how long an fsync takes, in microseconds.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 8
#define DESCRIPTORS 65536

typedef struct { off_t from, to; } Range;
typedef struct { char name[64]; int kept; Range *pending; size_t count, room; struct timespec written; } File;

static File files[FILES];
static signed char file_of[DESCRIPTORS]; // 1 + index; 0: not looked at; -1: another file
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned seed = 1;

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fsync)(int), (*real_close)(int), (*real_unlink)(const char *), (*real_ftruncate)(int, off_t);

__attribute__((constructor)) static void find(void) {
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_close = dlsym(RTLD_NEXT, "close");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  seed = getpid();
}

// The name below the data directory of a file that is watched, or null.
static const char *watched(const char *path) {
  const char *data = getenv("DISK_DATA");
  size_t length = data ? strlen(data) : 0;
  if (!length || strncmp(path, data, length) || path[length] != '/') return NULL;
  const char *name = path + length + 1;
  return !strcmp(name, "mayfly.db") || !strcmp(name, "mayfly.db-wal") ? name : NULL;
}

static int open_kept(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("DISK_KEPT"), name);
  return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

// What a file holds when it is first met under its name was made durable under another: it was renamed.
static void copy_whole(int fd, int kept) {
  static char bytes[1 << 16];
  off_t at = 0;
  if (lseek(kept, 0, SEEK_END) > 0) return;
  for (ssize_t got; (got = pread(fd, bytes, sizeof bytes, at)) > 0; at += got) real_pwrite(kept, bytes, got, at);
}

static File *file(int fd) {
  if (fd < 0 || fd >= DESCRIPTORS) return NULL;
  if (file_of[fd] > 0) return &files[file_of[fd] - 1];
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  const char *name = watched(path);
  if (!name) return NULL;
  for (int at = 0; at < FILES; at++) {
    if (!files[at].name[0]) {
      strcpy(files[at].name, name);
      files[at].kept = open_kept(name);
      copy_whole(fd, files[at].kept);
    }
    if (strcmp(files[at].name, name)) continue;
    file_of[fd] = at + 1;
    return &files[at];
  }
  return NULL;
}

static int fault(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("DISK_FAULTS"), name);
  return access(path, F_OK) == 0;
}

static void await(File *of, off_t from, off_t to) {
  if (of->count && of->pending[of->count - 1].to == from) {
    of->pending[of->count - 1].to = to;
    return;
  }
  if (of->count == of->room) of->pending = realloc(of->pending, (of->room = of->room * 2 + 64) * sizeof(Range));
  of->pending[of->count++] = (Range){from, to};
}

static struct stat changed(int fd) {
  struct stat now = {0};
  fstat(fd, &now);
  return now;
}

// Bun writes without the C library: that a file was written so shows in its time alone, and all of it may be new.
static void await_unseen(int fd, File *of) {
  struct stat now = changed(fd);
  if (now.st_mtim.tv_sec == of->written.tv_sec && now.st_mtim.tv_nsec == of->written.tv_nsec) return;
  if (of->written.tv_sec) await(of, 0, now.st_size);
  of->written = now.st_mtim;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at) {
  int before = errno;
  pthread_mutex_lock(&lock);
  File *of = file(fd);
  ssize_t wrote;
  if (of && (fault("full") || fault("write-fails"))) {
    errno = fault("full") ? ENOSPC : EIO;
    wrote = -1;
  } else {
    errno = before;
    wrote = real_pwrite(fd, bytes, size, at);
    if (of && wrote > 0) {
      await(of, at, at + wrote);
      of->written = changed(fd).st_mtim;
      // The system writes some of it by itself, in whatever order.
      if (rand_r(&seed) % 4 == 0) real_pwrite(of->kept, bytes, wrote, at);
    }
  }
  pthread_mutex_unlock(&lock);
  return wrote;
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }

static void keep(int fd, File *of) {
  static char bytes[1 << 16];
  for (size_t n = 0; n < of->count; n++) {
    for (off_t at = of->pending[n].from; at < of->pending[n].to;) {
      off_t left = of->pending[n].to - at;
      ssize_t got = pread(fd, bytes, left < (off_t)sizeof bytes ? (size_t)left : sizeof bytes, at);
      if (got <= 0) break;
      real_pwrite(of->kept, bytes, got, at);
      at += got;
    }
  }
}

int fsync(int fd) {
  pthread_mutex_lock(&lock);
  File *of = file(fd);
  int failed = of && fault("fsync-fails");
  if (of) {
    const char *pause = getenv("DISK_SYNC_US");
    if (pause) usleep(atoi(pause));
    if (!failed) {
      await_unseen(fd, of);
      keep(fd, of);
    }
    of->count = 0;
  }
  pthread_mutex_unlock(&lock);
  if (!of) return real_fsync(fd);
  if (failed) errno = EIO;
  return failed ? -1 : 0;
}
int fdatasync(int fd) { return fsync(fd); }

int ftruncate64(int fd, off_t size) {
  pthread_mutex_lock(&lock);
  File *of = file(fd);
  int result = real_ftruncate(fd, size);
  if (of && result == 0) {
    result = real_ftruncate(of->kept, size);
    of->written = changed(fd).st_mtim;
  }
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int unlink(const char *path) {
  const char *name = watched(path);
  pthread_mutex_lock(&lock);
  if (name) {
    char kept[4096];
    snprintf(kept, sizeof kept, "%s/%s", getenv("DISK_KEPT"), name);
    real_unlink(kept);
  }
  for (int at = 0; name && at < FILES; at++) {
    if (strcmp(files[at].name, name)) continue;
    real_close(files[at].kept);
    files[at].kept = open_kept(name);
    files[at].count = 0;
  }
  pthread_mutex_unlock(&lock);
  return real_unlink(path);
}

int close(int fd) {
  if (fd >= 0 && fd < DESCRIPTORS) file_of[fd] = 0;
  return real_close(fd);
}
