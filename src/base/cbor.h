/*
 * cbor.h: strict reader of CBOR (RFC 8949) as WebAuthn authenticators write it (CTAP2 canonical form): integers, byte and text strings,
 * arrays, maps, false, true, null. Refused: indefinite lengths, lengths and numbers that are not in their shortest spelling, tags, floats, text that
 * is no UTF-8, a key that stands twice in a map, more than LIMIT_CBOR_DEPTH levels, LIMIT_CBOR_PAIRS pairs in a map, LIMIT_CBOR_BYTES in all.
 * The order of keys is not asked for: browsers do not agree on it.
 *
 *	struct slice rest = bytes;
 *	struct cbor_map map;
 *	rc = cbor_map_read(&rest, &map, why);                    -- E_SYNTAX, E_LIMIT; rest is what follows
 *	rc = cbor_need_bytes(cbor_at(&map, "authData"), "authData", &auth, why);
 *
 * Everything is a borrow of the bytes.
 */
#ifndef BASE_CBOR_H
#define BASE_CBOR_H

#include "base/limits.h"
#include "base/why.h"

#include <stdbool.h>

enum cbor_type {
	CBOR_UINT,
	CBOR_NINT,
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_FALSE,
	CBOR_TRUE,
	CBOR_NULL,
};

struct cbor_item {
	enum cbor_type type;
	uint64_t value; /* the number; -1 - value for CBOR_NINT; elements or pairs of a container */
	struct slice bytes; /* content of a string */
	struct slice whole; /* the item as written, with all that is in it */
};

/* Takes one item, whole, off the front. */
MUST_USE int cbor_take(struct slice *rest, struct cbor_item *ret, struct why *why);

struct cbor_map {
	size_t n;
	struct cbor_item key[LIMIT_CBOR_PAIRS], value[LIMIT_CBOR_PAIRS];
};
/* Takes a map off the front. */
MUST_USE int cbor_map_read(struct slice *rest, struct cbor_map *ret, struct why *why);
/* Value of a text or integer key; NULL. */
const struct cbor_item *cbor_at(const struct cbor_map *m, const char *key);
const struct cbor_item *cbor_at_i64(const struct cbor_map *m, int64_t key);

/* The value as this type, E_INVALID with `where` if it is absent (NULL) or another. */
MUST_USE int cbor_need_bytes(
	const struct cbor_item *v, const char *where, struct slice *ret, struct why *why);
MUST_USE int cbor_need_text(
	const struct cbor_item *v, const char *where, struct slice *ret, struct why *why);
MUST_USE int cbor_need_i64(
	const struct cbor_item *v, const char *where, int64_t *ret, struct why *why);

#endif
