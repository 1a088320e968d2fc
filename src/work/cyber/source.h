/*
 * source.h: bytes that objects are taken from, a file that is read in pieces or what lies in memory already: split once, then handed out
 * object by object, however large it is.
 */
#ifndef WORK_CYBER_SOURCE_H
#define WORK_CYBER_SOURCE_H

#include "work/cyber/split.h"

struct source {
	int fd; /* borrowed; -1: `memory` */
	struct slice memory;
	struct split *split; /* owned */
	struct split_result in;
	struct buf window; /* owned: bytes of the file from `window_at` on */
	uint64_t window_at;
};

/* Reads all of it once. E_SYNTAX, E_LIMIT, E_INVALID for what is no bundle, envelope or object; E_IO. */
MUST_USE int stix_source_open(struct source *ret, int fd, struct slice memory, struct why *why);
/* The i-th object; good until the next call. E_LIMIT for one that is too large, E_INVALID for what is no object. */
MUST_USE int stix_source_get(struct source *s, size_t i, struct slice *ret, struct why *why);
void stix_source_close(struct source *s);

#endif
