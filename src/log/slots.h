/*
 * slots.h: a small record in a file that a power cut cannot spoil: two slots, each in a block of its own, written in turn. A record goes to the slot that does not
 * hold the latest one, and counts one higher; the file is made whole, with its first record, by file_create. Private to src/log.
 *
 *	magic, be64 count, body, SHA-256 of all that
 */
#ifndef LOG_SLOTS_H
#define LOG_SLOTS_H

#include "base/slice.h"
#include "base/why.h"

#define SLOT_MAGIC     8
#define SLOT_BODY_MAX  1024
#define SLOT_RECORD(n) (SLOT_MAGIC + 8 + (n) + 32)

struct slot_file {
	const char *path, *magic; /* of SLOT_MAGIC characters */
	size_t body;		  /* its bytes, at most SLOT_BODY_MAX */
};

/* The body of the latest record. E_MISSING: no file; E_VERIFY: no record in it is whole. */
MUST_USE int slots_read(const struct slot_file *f, uint8_t *ret_body, struct why *why);
/* Returns 0 only when it is durable. E_VERIFY as above: what cannot be read is not begun anew. */
MUST_USE int slots_write(const struct slot_file *f, const uint8_t *body, struct why *why);

#endif
