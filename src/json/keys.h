/*
 * keys.h: "was this key in the object before?", asked once per member; private to json/.
 *
 * Small objects: one bit per key says "surely new", else the earlier keys are compared. Past
 * KEYS_FEW members the object gets a table hashed under a random key, so that no sender can make
 * the check quadratic.
 */
#ifndef JSON_KEYS_H
#define JSON_KEYS_H

#include "json/tape.h"

#define KEYS_FEW 32

struct keys_slot {
	uint32_t hash;
	json_ref key; /* 0: free */
};

struct keys {
	uint64_t seen;		/* bits of the keys so far */
	struct keys_slot *slot; /* owned; NULL while small */
	uint32_t n, cap;
};

/* What all objects of one document share. */
struct keys_shared {
	struct buf text; /* an unescaped key */
	uint8_t seed[16];
	bool seeded;
};

void keys_free(struct keys *k);
void keys_shared_free(struct keys_shared *sh);
/*
 * Takes in the key node `key` of the object whose first key is `first`; true if it is new. `doc`
 * is the tape so far.
 */
bool keys_add(struct keys *k, struct keys_shared *sh, const struct json_doc *doc, json_ref first,
	json_ref key);

#endif
