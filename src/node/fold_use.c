/*
 * fold_use.c: how many live items there are of each mode, owner, label and set of readers: what status asks each time, and what would else be a
 * look at every item. All items of an entry have these in common. Changes are gathered while entries are alike, and written by fold_end.
 */
#include "base/report.h"
#include "node/fold_int.h"

static bool use_is(const struct fold_use *u, enum mode mode, const struct id *owner,
	struct slice label, int64_t audience)
{
	return u->set && u->mode == mode && u->audience == audience && id_eq(&u->owner, owner) &&
	       slice_eq(slice_of(u->label, u->label_n), label);
}

int fold_use_flush(struct fold *f, struct why *why)
{
	struct fold_use *u = &f->use;
	struct stmt *s;

	u->set = false;
	if (u->n == 0)
		return 0;
	s = db_stmt(f->db,
		"INSERT INTO item_use (coalition, mode, owner, label, audience, n) VALUES ($1, $2, $3, $4, $5, $6) "
		"ON CONFLICT (coalition, mode, owner, label, audience) DO UPDATE SET n = item_use.n + excluded.n");
	db_bind_i64(s, 1, f->world->coalition.row);
	db_bind_i64(s, 2, u->mode);
	db_bind_blob(s, 3, id_slice(&u->owner));
	db_bind_text(s, 4, slice_of(u->label, u->label_n));
	db_bind_i64(s, 5, u->audience);
	db_bind_i64(s, 6, u->n);
	u->n = 0;
	return db_run(s, why);
}

int fold_use_add(struct fold *f, enum mode mode, const struct id *owner, struct slice label,
	int64_t audience, int64_t n, struct why *why)
{
	struct fold_use *u = &f->use;

	if (n == 0)
		return 0;
	if (!use_is(u, mode, owner, label, audience)) {
		int rc = fold_use_flush(f, why);

		if (rc < 0)
			return rc;
		*u = (struct fold_use){.set = true,
			.mode = mode,
			.owner = *owner,
			.label_n = label.n,
			.audience = audience};
		MUST(label.n <= sizeof(u->label)); /* label_parse */
		if (label.n > 0)
			memcpy(u->label, label.p, label.n);
	}
	u->n += n;
	return 0;
}

int fold_use_take(struct fold *f, int64_t log_row, uint64_t seq, struct why *why)
{
	struct stmt *s = db_stmt(f->db,
		"SELECT mode, object_owner, label, audience, count(*) FROM item WHERE log = $1 AND seq = $2 AND state = 0 "
		"GROUP BY mode, object_owner, label, audience");
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	rc = db_step(s, why);
	if (rc == DB_ROW) {
		enum mode mode = (enum mode)db_i64(s, 0);
		int64_t audience = db_i64(s, 3), n = db_i64(s, 4);
		struct slice label = arena_copy(f->arena, db_text(s, 2));
		struct id owner;

		memcpy(owner.b, db_blob(s, 1).p, sizeof(owner.b));
		db_reset(s);
		return fold_use_add(f, mode, &owner, label, audience, -n, why);
	}
	db_reset(s);
	return rc;
}
