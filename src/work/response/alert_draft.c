/* alert_draft.c: drafts of alerts in this node's own table; see alert.h. */
#include "work/response/alert.h"

#include "base/limits.h"
#include "base/vec.h"

#define COLUMNS "row, mode, form, label, audience, written_by, written_ms, approved_by, approved_ms"

static struct alert_draft draft_read(struct stmt *s, struct arena *arena)
{
	return (struct alert_draft){.number = db_i64(s, 0),
		.mode = (enum mode)db_i64(s, 1),
		.form = arena_copy(arena, db_text(s, 2)),
		.label = arena_copy(arena, db_text(s, 3)),
		.audience = arena_copy(arena, db_text(s, 4)),
		.written_by = arena_copy(arena, db_text(s, 5)),
		.written_ms = db_i64(s, 6),
		.approved_by = arena_copy(arena, db_text(s, 7)),
		.approved_ms = db_i64(s, 8)};
}

int alert_draft_put(struct db *db, int64_t coalition, const struct alert_draft *d, int64_t *ret,
	struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO response_draft (coalition, mode, form, label, audience, written_by, written_ms, approved_by, approved_ms) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0) RETURNING row");
	int rc;

	db_bind_i64(s, 1, coalition);
	db_bind_i64(s, 2, d->mode);
	db_bind_text(s, 3, d->form);
	db_bind_text(s, 4, d->label);
	db_bind_text(s, 5, d->audience);
	db_bind_text(s, 6, d->written_by);
	db_bind_i64(s, 7, d->written_ms);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int alert_draft_list(struct db *db, int64_t coalition, enum mode mode, struct arena *arena,
	struct alert_draft **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT " COLUMNS " FROM response_draft WHERE coalition = $1 AND mode = $2 "
		"AND approved_ms = 0 ORDER BY row LIMIT 1000");
	VEC(struct alert_draft) found = {0};
	int rc;

	db_bind_i64(s, 1, coalition);
	db_bind_i64(s, 2, mode);
	while ((rc = db_step(s, why)) == DB_ROW)
		vec_push(&found, draft_read(s, arena));
	db_reset(s);
	*ret = arena_array(arena, struct alert_draft, found.n + 1);
	if (found.n)
		memcpy(*ret, found.p, found.n * sizeof(*found.p));
	*ret_n = found.n;
	vec_free(&found);
	return rc;
}

int alert_draft_get(struct db *db, int64_t coalition, int64_t number, struct arena *arena,
	struct alert_draft *ret, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "SELECT " COLUMNS " FROM response_draft WHERE coalition = $1 AND row = $2");
	int rc;

	db_bind_i64(s, 1, coalition);
	db_bind_i64(s, 2, number);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = draft_read(s, arena);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "there is no draft %lld", (long long)number);
	return rc < 0 ? rc : 0;
}

int alert_draft_approve(struct db *db, const struct alert_draft *d, struct slice who,
	int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE response_draft SET approved_by = $2, approved_ms = $3 "
				     "WHERE row = $1 AND approved_ms = 0");
	int rc;

	if (d->mode == MODE_REAL && slice_eq(who, d->written_by))
		return why_set(why, E_DENIED, "",
			"a real alert is approved by somebody else than who wrote it");
	db_bind_i64(s, 1, d->number);
	db_bind_text(s, 2, who);
	db_bind_i64(s, 3, now_ms);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		rc = why_set(why, E_CONFLICT, "", "the draft has been approved already");
	return rc;
}

int alert_draft_readers(
	const struct alert_draft *a, struct arena *arena, struct draft *d, struct why *why)
{
	struct slice rest = a->audience, one;
	struct id *member = arena_array(arena, struct id, LIMIT_MEMBERS);
	size_t n = 0;

	d->mode = a->mode;
	d->label = a->label;
	d->all = slice_is(a->audience, "all");
	while (!d->all && slice_cut(&rest, ',', &one)) {
		if (n == LIMIT_MEMBERS || id_parse(one, &member[n]) < 0)
			return why_set(why, E_INVALID, "audience", "is no list of members");
		n++;
	}
	d->member = member;
	d->n_member = n;
	return 0;
}
