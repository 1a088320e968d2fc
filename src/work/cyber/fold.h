/*
 * fold.h: entries of this workspace become rows. Kinds:
 *
 *	cyber/stix/1      STIX 2.1 objects, one (STIX_MEDIA) or a batch under one label; bytes as they came
 *	cyber/withdraw/1  {"objects": [{"id": "indicator--…", "version": "…"?, "reason": "…"?}]}: the author takes objects back
 *
 * Coordination has kinds of its own (coord.h).
 */
#ifndef WORK_CYBER_FOLD_H
#define WORK_CYBER_FOLD_H

#include "work/cyber/store.h"

#define KIND_STIX     "cyber/stix/1"
#define KIND_WITHDRAW "cyber/withdraw/1"

/*
 * What the check has found out about one object, for the fold of the batch that it goes into (draft.known). Names are places in the object's own bytes: such that have
 * escapes are not there, and `whole` is false.
 */
struct stix_known {
	bool whole, revoked;
	enum tlp tlp;
	uint32_t type_at, type_n, version_at, version_n;
	struct stix_uuid uuid;
	struct when_key version_key;
	int64_t digest;
};
struct stix_known stix_known_of(const struct stix *s, enum tlp tlp, int64_t digest);

MUST_USE int stix_kind_check(
	struct slice content, struct slice media, struct arena *arena, struct why *why);
MUST_USE int stix_kind_fold(const struct folding *f, struct why *why);
MUST_USE int stix_kind_drop(
	struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why);
void stix_kind_words(struct slice content, struct arena *arena, struct buf *ret);
/* Its name, else what it is about, else its id: one line. */
struct slice stix_kind_title(struct slice content, struct arena *arena);

/* {"objects": […]}, at most LIMIT_BATCH_OBJECTS. */
MUST_USE int withdraw_parse(struct slice content, struct arena *arena, struct withdrawal **ret,
	size_t *ret_n, struct why *why);
void withdraw_print(const struct withdrawal *w, size_t n, struct slice reason, struct buf *b);
MUST_USE int withdraw_kind_check(
	struct slice content, struct slice media, struct arena *arena, struct why *why);
MUST_USE int withdraw_kind_fold(const struct folding *f, struct why *why);
MUST_USE int withdraw_kind_drop(
	struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why);

#endif
