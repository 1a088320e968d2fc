/* pactdb_int.h: what the files of pactdb share. Private to src/pact. */
#ifndef PACT_PACTDB_INT_H
#define PACT_PACTDB_INT_H

#include "pact/pactdb.h"

/* Scratch for one charter: its arrays and a copy of its text. */
#define PACTDB_CHARTER_ARENA (2 * MIB)
/* Scratch for one root chain: LIMIT_ROOT_VERSIONS parsed twice, LIMIT_ROOT_CHAIN_BYTES and one more document. */
#define PACTDB_ROOT_ARENA (128 * MIB)

struct slice hash_slice(const struct hash *h);
/* Blob columns of fixed length; E_VERIFY if the database holds something else. */
MUST_USE int column_id(struct stmt *s, int col, struct id *ret, struct why *why);
MUST_USE int column_hash(struct stmt *s, int col, struct hash *ret, struct why *why);
/* A new stamp (coalition_stamp) for one coalition, for that of a log, for all of them: after every change of what standing looks at. */
MUST_USE int stamp_coalition(struct db *db, int64_t coalition_row, struct why *why);
MUST_USE int stamp_log(struct db *db, int64_t log_row, struct why *why);
MUST_USE int stamp_all(struct db *db, struct why *why);
/* The one number that `s` selects; ends it. */
MUST_USE int rows_counted(struct stmt *s, int64_t *ret, struct why *why);

/*
 * Reads entry and body and checks them as an act. An act that breaks its rules is no act: *ret_kind is ACT_NONE, and every node that holds the same bytes comes to
 * the same answer. The result points into what it is given and into the arena.
 */
MUST_USE int act_read(struct slice entry, struct slice body, struct arena *arena,
	struct entry *ret_entry, struct act_body *ret_body, enum act_kind *ret_kind,
	struct why *why);
/* Fills in->fork: where each proved fork cuts. */
MUST_USE int forks_load(struct db *db, const struct coalition *c, struct arena *arena,
	struct standing_input *in, struct why *why);
/* root_chain_in_log with the forks of the coalition in hand. */
MUST_USE int chain_read(struct db *db, const struct id *coalition, const struct id *member,
	const struct standing_fork *fork, size_t n_fork, struct arena *arena,
	struct root_chain *ret, struct why *why);
/* After forks_load. Fills in->act with what of the acts counts, in order of author, epoch and kind. */
MUST_USE int acts_load(struct db *db, const struct coalition *c, struct arena *arena,
	struct standing_input *in, struct why *why);
/* After acts_load: the further charters that may be in force, and the hashes of those that are only known. */
MUST_USE int amended_load(struct db *db, const struct coalition *c, struct arena *arena,
	struct standing_input *in, struct why *why);
/* After standing_compute: fills ret->proposal. */
MUST_USE int proposals_load(struct db *db, const struct coalition *c,
	const struct standing_input *in, struct arena *arena, struct standing *ret,
	struct why *why);

/* A larger copy of an array of n elements; *max becomes what it holds. */
void *array_grow(struct arena *arena, const void *old, size_t n, size_t *max, size_t size);

#endif
