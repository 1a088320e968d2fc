/*
 * batch.h: many objects under one label in one payload (media "application/vnd.entente.batch"):
 * be32 length and bytes, repeated. One entry, one commitment, many rows; an object is found by
 * (log, seq, offset), offset being that of its first content byte.
 */
#ifndef LOG_BATCH_H
#define LOG_BATCH_H

#include "log/entry.h"

#define BATCH_MEDIA "application/vnd.entente.batch"
#define BATCH_FRAME 4 /* bytes in front of each object */

void batch_add(struct buf *b, struct slice object);
/*
 * Takes the next object off *rest; *ret_offset counts from `start`. 1 = one taken, 0 = end,
 * E_SYNTAX = torn framing or an empty object.
 */
MUST_USE int batch_next(struct slice start, struct slice *rest, struct slice *ret,
	uint64_t *ret_offset, struct why *why);

/*
 * Id of the i-th object of a batch: owner and, as name, the first 12 bytes of SHA-256("entente-batch/1\n" ‖ leaf hash) ‖
 * be32(i). So the objects of a batch are neighbours in every index by name, and ten thousand of them touch few pages.
 */
struct object_id batch_object_id(const struct id *owner, const struct hash *leaf, uint32_t i);

#endif
