/*
 * file.h: files that are there after a power cut, and never a path from a partner.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/why.h"

#include <sys/types.h>

/* Whole file into `ret` (initialised by the caller; its ceiling applies, E_LIMIT above it). */
MUST_USE int file_read(const char *path, struct buf *ret, struct why *why);

/*
 * Replaces `path` so that after a crash either the old or the new content is there, whole: write to
 * a temporary name beside it, fsync, rename, fsync the directory. `mode` e.g. 0600.
 */
MUST_USE int file_replace(const char *path, struct slice bytes, mode_t mode, struct why *why);

/* As file_replace, but E_CONFLICT if `path` exists already (key files are never overwritten). */
MUST_USE int file_create(const char *path, struct slice bytes, mode_t mode, struct why *why);

/* mkdir -p with `mode`; fsyncs the parents. */
MUST_USE int dir_make(const char *path, mode_t mode, struct why *why);
MUST_USE int dir_sync(const char *path, struct why *why);

bool file_exists(const char *path);

/* write(2) until done, EINTR handled. 0 or -errno. */
MUST_USE int fd_write_all(int fd, const void *p, size_t n);

#endif
