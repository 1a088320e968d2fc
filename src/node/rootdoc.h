/*
 * rootdoc.h: this member's own root document: its next version, and the chain as text.
 */
#ifndef NODE_ROOTDOC_H
#define NODE_ROOTDOC_H

#include "node/write.h"

struct rootdoc_change {
	const struct seckey
		*root_key; /* those in force and those of the new version, in any order */
	size_t n_root_key;
	const struct seckey *next_key; /* root set after the new one: becomes its `next` line */
	size_t n_next_key;
	const struct seckey *officer_key; /* replaces the officers; 0: as before. Keys known before
					     keep their officer id and scopes. */
	size_t n_officer_key;
	const char *const *endpoint; /* replaces the endpoints; 0: as before */
	size_t n_endpoint;
};

/*
 * Makes version n+1 (node keys as they are now), signs it with the keys given, stores it and writes
 * root/1 to the own log of every coalition. E_VERIFY if the keys are not those that version n named
 * as `next`, or too few.
 */
MUST_USE int rootdoc_update(const struct node *node, struct db *db,
	const struct rootdoc_change *change, struct why *why);

/* Appends the notes of all versions of a member's root document, oldest first. E_MISSING. */
MUST_USE int root_notes(struct db *db, const struct id *member, struct buf *ret, struct why *why);

#endif
