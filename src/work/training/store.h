/*
 * store.h: the one table of this workspace, and all of its SQL. Every version of a record that this node holds has a row with its content and the record that it
 * belongs to; label, readers, mode and age are those of `item`, so the rule of release is the node's own and is part of every query.
 *
 *	training_item(log, seq, at, about_owner, about_name, leaf, body)
 */
#ifndef TRAINING_STORE_H
#define TRAINING_STORE_H

#include "node/workspace.h"
#include "work/training/view.h"

extern const struct migration training_schema[];
extern const char *const training_table[], *const training_drop[], *const training_scrub[];

MUST_USE int store_put(const struct folding *f, const struct object_id *about, struct why *why);
MUST_USE int store_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why);

/* ---- reading; each in a read transaction, newest versions that `who` may see, in the arena ---- */

struct rows {
	struct row *p;
	size_t n;
	size_t cut; /* of authors who had written more than their share */
};
/* What belongs to a record, itself included: of one kind, or of all (KINDS); of one author at most an eighth of what is read. */
MUST_USE int store_about(const struct world *w, struct db *db, const struct reader *who,
	enum mode mode, const struct object_id *about, enum kind_id kind, struct arena *arena,
	struct rows *ret, struct why *why);
/* What one author has written about it. E_LIMIT if that is too much. */
MUST_USE int store_about_by(const struct world *w, struct db *db, const struct reader *who,
	enum mode mode, const struct object_id *about, const struct id *author, struct arena *arena,
	struct rows *ret, struct why *why);
/* All of one kind, by owner, then name; of one owner at most `each`, and an eighth of the bytes. */
MUST_USE int store_kind(const struct world *w, struct db *db, const struct reader *who,
	enum mode mode, enum kind_id kind, size_t each, struct arena *arena, struct rows *ret,
	struct why *why);
/* Exercises, newest first, without their contents; of one owner the newest LIMIT_EXERCISES_EACH. */
MUST_USE int store_exercises(const struct world *w, struct db *db, const struct reader *who,
	enum mode mode, struct arena *arena, struct object_id **ret, size_t *ret_n,
	struct why *why);
/* One record of this workspace; E_MISSING alike for none, another kind, and not released. */
MUST_USE int store_get(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, struct row *ret, struct why *why);
/* Whether there is such a record for him. */
MUST_USE int store_sees(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, bool *ret, struct why *why);
/* Its versions that `who` may see, newest first. */
MUST_USE int store_versions(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, size_t limit, struct arena *arena, struct rows *ret,
	struct why *why);
/*
 * Notes rows as shown to the reader (node/readings.h). What the questions above bring is noted already; this is for who looks at more than he shows, as reader_unnoted().
 */
void store_note(const struct world *w, const struct reader *who, const struct row *r, size_t n);
/* The readers of a row. */
MUST_USE int store_readers(struct db *db, const struct row *row, struct arena *arena,
	struct id **ret, size_t *ret_n, struct why *why);

/* An exercise's own record, and who takes part beside its host. E_MISSING. */
MUST_USE int store_head(const struct world *w, struct db *db, const struct reader *who,
	enum mode mode, const struct object_id *exercise, struct arena *arena, struct row *ret,
	struct id **ret_party, size_t *ret_n, struct why *why);
/*
 * All of an exercise: what host and participants have written, in a bounded amount of memory, whatever they have. Half of it is shared out among the participants; what one has
 * above his share is passed over and counted in `cut`. E_LIMIT if the host itself has written too much. Whoever walks over exercises takes an arena for each.
 */
MUST_USE int store_view(const struct world *w, struct db *db, const struct reader *who,
	enum mode mode, const struct object_id *exercise, struct arena *arena, struct view *ret,
	struct why *why);

#endif
