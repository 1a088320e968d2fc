/*
 * unpack.h: the bytes of a file or a pipe, as they are or out of gzip and zstd, which are known by their first bytes. Members and frames may follow each other.
 *
 *	struct unpack *u = unpack_new(fd, "proxy.log.zst");
 *	while ((n = unpack_read(u, room, sizeof(room), why)) > 0)
 *		…
 *	unpack_free(&u);
 *
 * Memory is bounded whatever comes; how much may come out is the caller's to say.
 */
#ifndef WORK_CYBER_UNPACK_H
#define WORK_CYBER_UNPACK_H

#include "work/cyber/match_limits.h"

#include "base/why.h"

#include <sys/types.h>

struct unpack;

/* The descriptor stays the caller's; the name is for failures. */
struct unpack *unpack_new(int fd, const char *name);
void unpack_free(struct unpack **u);
/*
 * Whoever waits for bytes asks `idle` first, and again whenever none have come for so many milliseconds as it said; -1: until there are some. NULL: waits
 * without asking.
 */
void unpack_idle(struct unpack *u, int (*idle)(void *ctx), void *ctx);
/* At least one byte, or 0 at the end; E_IO, E_SYNTAX (broken or cut off). */
MUST_USE ssize_t unpack_read(struct unpack *u, void *p, size_t n, struct why *why);
/* Bytes read of the descriptor so far. */
uint64_t unpack_done(const struct unpack *u);

/* Do these first bytes (4 are enough) say that the rest is compressed? */
bool unpack_packed(struct slice head);

#endif
