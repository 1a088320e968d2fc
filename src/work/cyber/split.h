/*
 * split.h: a bundle (or a TAXII envelope, or one object) cut into its objects without reading it into memory: where each lies, and the frame
 * around them. A gigabyte takes 16 bytes for each object and nothing else. What is inside of an object is not looked at: stix_read does that.
 *
 *	struct split *s = stix_split_new();
 *	while ((n = read(fd, piece, sizeof(piece))) > 0)
 *		rc = stix_split_feed(s, slice_of(piece, n), why);      -- E_SYNTAX, E_LIMIT with the offset
 *	rc = stix_split_end(s, &objects, why);
 *	for (i = 0; i < objects.n; i++) ... objects.at[i].from, .n
 *	stix_split_free(&s);
 */
#ifndef WORK_CYBER_SPLIT_H
#define WORK_CYBER_SPLIT_H

#include "work/cyber/limits.h"

#include "base/buf.h"
#include "base/why.h"

struct span {
	uint64_t from;
	uint32_t n;  /* UINT32_MAX: longer than that */
	bool object; /* false: an element that is no JSON object */
};

enum split_frame {
	SPLIT_BUNDLE,	/* "type": "bundle" */
	SPLIT_ENVELOPE, /* has objects, is no bundle */
	SPLIT_ONE,	/* an object of its own: the one span is all of it */
};

struct split_result {
	enum split_frame frame;
	bool has_objects;
	const struct span *at; /* lives as long as the split */
	size_t n;
	struct slice outer; /* the text without its elements: strict JSON; as long */
};

struct split;
struct split *stix_split_new(void) __attribute__((returns_nonnull, warn_unused_result));
void stix_split_free(struct split **s);
MUST_USE int stix_split_feed(struct split *s, struct slice piece, struct why *why);
/* The text must be complete; the frame is strict JSON: no key twice, nothing behind it. */
MUST_USE int stix_split_end(struct split *s, struct split_result *ret, struct why *why);

#endif
