/* alert_draft.c: drafts of alerts in this node's own table; see alert.h. */
#include "work/response/alert.h"

#include "base/limits.h"
#include "base/vec.h"

#include <limits.h>

#define COLUMNS                                                                                    \
	"row, mode, form, label, audience, written_by, written_account, written_ms, approved_by, " \
	"approved_ms"
/* $1 coalition, $2 what is asked for, $3 to $15 classes. */
#define CLEARED                                                                                    \
	RELEASE_CLASSES_SQL("label", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11",       \
		"$12", "$13", "$14", "$15")

static void view_bind(struct stmt *s, const struct aid_view *v, int64_t what)
{
	db_bind_i64(s, 1, v->world->coalition.row);
	db_bind_i64(s, 2, what);
	release_classes_bind(s, 3, v->who, v->world->standing.charter, v->arena);
}

static struct alert_draft draft_read(struct stmt *s, struct arena *arena)
{
	return (struct alert_draft){.number = db_i64(s, 0),
		.mode = (enum mode)db_i64(s, 1),
		.form = arena_copy(arena, db_text(s, 2)),
		.label = arena_copy(arena, db_text(s, 3)),
		.audience = arena_copy(arena, db_text(s, 4)),
		.written_by = arena_copy(arena, db_text(s, 5)),
		.written_account = db_i64(s, 6),
		.written_ms = db_i64(s, 7),
		.approved_by = arena_copy(arena, db_text(s, 8)),
		.approved_ms = db_i64(s, 9)};
}

int alert_draft_put(struct db *db, int64_t coalition, const struct alert_draft *d, int64_t *ret,
	struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO response_draft (coalition, mode, form, label, audience, written_by, written_account, written_ms, "
		"approved_by, approved_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0) RETURNING row");
	int rc;

	db_bind_i64(s, 1, coalition);
	db_bind_i64(s, 2, d->mode);
	db_bind_text(s, 3, d->form);
	db_bind_text(s, 4, d->label);
	db_bind_text(s, 5, d->audience);
	db_bind_text(s, 6, d->written_by);
	db_bind_i64(s, 7, d->written_account);
	db_bind_i64(s, 8, d->written_ms);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* Forms have up to two MiB: as many as an answer holds. */
#define LIST_BYTES (32 * MIB)

int alert_draft_list(
	const struct aid_view *v, struct alert_draft **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT " COLUMNS " FROM response_draft WHERE coalition = $1 AND mode = $2 "
		"AND approved_ms = 0 AND " CLEARED " ORDER BY row LIMIT 1000");
	VEC(struct alert_draft) found = {0};
	size_t start = v->arena->used;
	int rc;

	view_bind(s, v, v->mode);
	while ((rc = db_step(s, why)) == DB_ROW && v->arena->used - start < LIST_BYTES)
		vec_push(&found, draft_read(s, v->arena));
	db_reset(s);
	*ret = arena_array(v->arena, struct alert_draft, found.n + 1);
	if (found.n)
		memcpy(*ret, found.p, found.n * sizeof(*found.p));
	*ret_n = found.n;
	vec_free(&found);
	return rc < 0 ? rc : 0;
}

int alert_draft_get(
	const struct aid_view *v, int64_t number, struct alert_draft *ret, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT " COLUMNS
		" FROM response_draft WHERE coalition = $1 AND row = $2 AND " CLEARED);
	int rc;

	view_bind(s, v, number);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = draft_read(s, v->arena);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "there is no draft %lld", (long long)number);
	return rc < 0 ? rc : 0;
}

/* ---- approval ---- */

/* One person is one account, by whatever door; at this machine a name has to do. */
static bool same_person(const struct alert_draft *d, const struct approver *who)
{
	return who->account ? who->account == d->written_account
			    : slice_eq(who->name, d->written_by);
}

int alert_draft_may(const struct alert_draft *d, const struct approver *who, struct why *why)
{
	if (d->mode == MODE_REAL && same_person(d, who))
		return why_set(why, E_DENIED, "",
			"a real alert is approved by somebody else than who wrote it");
	return d->approved_ms ? why_set(why, E_CONFLICT, "", "the draft has been approved already")
			      : 0;
}

struct object_id alert_draft_object(const struct aid_view *v, const struct alert_draft *d)
{
	const char *text = arena_printf(v->arena, "alert draft %lld %lld %.*s %.*s %.*s",
		(long long)d->number, (long long)d->written_ms, SLICE_FMT(d->label),
		SLICE_FMT(d->audience), SLICE_FMT(d->form));
	struct hash h = hash_bytes(slice_str(text));
	struct object_id id = {.owner = v->world->node->self};

	memcpy(id.name.b, h.b, sizeof(id.name.b));
	return id;
}

int alert_draft_issued(
	const struct aid_view *v, const struct alert_draft *d, bool *ret, struct why *why)
{
	struct object_id object = alert_draft_object(v, d);
	struct reader self = world_reader(v->world, &v->world->node->self);
	struct record r;
	int rc;

	self.self = true;
	self.clearance_level = UINT_MAX;
	rc = record_get(v->world, v->db, &self, &object, v->arena, &r, why);
	if (rc < 0 && rc != E_MISSING)
		return rc;
	*ret = rc == 0;
	return 0;
}

int alert_draft_mark(struct db *db, const struct alert_draft *d, const struct approver *who,
	int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE response_draft SET approved_by = $2, approved_ms = $3 "
				     "WHERE row = $1 AND approved_ms = 0");

	db_bind_i64(s, 1, d->number);
	db_bind_text(s, 2, who->name);
	db_bind_i64(s, 3, now_ms);
	return db_run(s, why);
}

int alert_draft_drop(struct db *db, const struct alert_draft *d, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "DELETE FROM response_draft WHERE row = $1 AND approved_ms = 0");
	int rc;

	db_bind_i64(s, 1, d->number);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		rc = why_set(why, E_CONFLICT, "", "the draft has been approved already");
	return rc;
}

struct slice alert_draft_audience(const struct draft *d, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);
	char id[ID_TEXT + 1];

	if (d->all)
		return SLICE("all");
	for (size_t i = 0; i < d->n_member; i++) {
		id_format(&d->member[i], id);
		buf_addf(&b, "%s%s", i ? "," : "", id);
	}
	return arena_copy(arena, buf_slice(&b));
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
