/* browse.c: see browse.h. */
#include "node/browse.h"

#include "base/limits.h"
#include "base/report.h"

const char browse_schema_1[] = "CREATE INDEX act_time ON act (time_ms, log, seq);\n";

/* Rows looked at in one go while filters that the database does not know are applied. */
#define BATCH 256
#define LOGS  256
/* Texts in a list: statements and instruments; charters and root documents are looked at one by one. */
#define TEXT_MAX (2 * LIMIT_STATEMENT_BYTES)

/* ---- acts ---- */

struct browsing {
	const struct world *w;
	struct db *db;
	const struct act_query *q;
	struct arena *arena;
	struct {
		int64_t row;
		struct cosigned *cosigned;
		size_t n;
	} log[LOGS];
	size_t n_log;
};

static struct stmt *batch_stmt(struct browsing *b, int64_t ms, int64_t log, int64_t seq, bool after)
{
	struct stmt *s = db_stmt(b->db,
		"SELECT a.log, a.seq, a.kind, a.leaf, a.time_ms, a.entry, a.body, l.member, l.epoch "
		"FROM act a JOIN log l ON l.id = a.log WHERE l.coalition = $1 "
		"AND ($2 = '' OR a.kind = $2) AND ($3 = 0 OR l.member = $4) AND ($5 = 0 OR a.leaf = $6) "
		"AND ($7 = 0 OR (a.time_ms, a.log, a.seq) < ($8, $9, $10)) "
		"ORDER BY a.time_ms DESC, a.log DESC, a.seq DESC LIMIT $11");

	db_bind_blob(s, 1, id_slice(&b->w->coalition.id));
	db_bind_text(s, 2, b->q->kind);
	db_bind_i64(s, 3, b->q->has_member);
	db_bind_blob(s, 4, id_slice(&b->q->member));
	db_bind_i64(s, 5, b->q->has_leaf);
	db_bind_blob(s, 6, slice_of(b->q->leaf.b, 32));
	db_bind_i64(s, 7, after);
	db_bind_i64(s, 8, ms);
	db_bind_i64(s, 9, log);
	db_bind_i64(s, 10, seq);
	db_bind_i64(s, 11, BATCH);
	return s;
}

/* `one`: its text is wanted whatever its size. */
static void row_read(
	struct stmt *s, const struct world *w, bool one, struct arena *arena, struct act_seen *ret)
{
	struct entry e;
	enum act_kind kind;

	*ret = (struct act_seen){.log_row = db_i64(s, 0),
		.seq = (uint64_t)db_i64(s, 1),
		.kind = arena_copy(arena, db_text(s, 2)),
		.time_ms = db_i64(s, 4),
		.text = one || db_blob(s, 6).n <= TEXT_MAX ? arena_copy(arena, db_blob(s, 6))
							   : SLICE_NONE,
		.log = {.coalition = w->coalition.id, .epoch = (uint32_t)db_i64(s, 8)}};
	MUST(db_blob(s, 3).n == 32 && db_blob(s, 7).n == 16);
	memcpy(ret->leaf.b, db_blob(s, 3).p, 32);
	memcpy(ret->log.member.b, db_blob(s, 7).p, 16);
	if (entry_parse(&e, arena, arena_copy(arena, db_blob(s, 5)), NULL) == 0) {
		ret->mode = e.mode;
		ret->has_officer = e.has_act;
		ret->officer = e.officer;
	}
	kind = act_kind_of(ret->kind);
	ret->has_body = kind > ACT_CHARTER && kind != ACT_ROLL && ret->text.n &&
			act_body_parse(&ret->body, arena, kind, ret->text, NULL) == 0;
}

static bool wanted(const struct browsing *b, const struct act_seen *a)
{
	const struct act_query *q = b->q;
	struct id about;

	if (q->mode != MODE_NONE && a->mode != q->mode)
		return false;
	if (q->about.n == 0)
		return true;
	if (!a->has_body || a->body.kind != ACT_STATEMENT)
		return false;
	if (id_parse(q->about, &about) == 0)
		return a->body.has_about && id_eq(&a->body.about, &about);
	return slice_eq(a->body.about_label, q->about);
}

static bool is_home(const struct world *w, const struct id *author, const struct id *witness)
{
	const struct standing_party *p = standing_find(&w->standing, author);

	if (!p || p->founder || p->n_required == 0)
		return charter_has_member(&w->coalition.founding, witness);
	for (size_t i = 0; i < p->n_required; i++)
		if (id_eq(&p->required[i], witness))
			return true;
	return false;
}

static int cosigned_of(
	struct browsing *b, int64_t row, struct cosigned **ret, size_t *ret_n, struct why *why)
{
	size_t i = 0;

	while (i < b->n_log && b->log[i].row != row)
		i++;
	if (i == b->n_log) {
		if (b->n_log == LOGS)
			b->n_log = i = 0;
		b->log[i].row = row;
		int rc = cosign_list(b->db, row, b->arena, &b->log[i].cosigned, &b->log[i].n, why);
		if (rc < 0)
			return rc;
		b->n_log++;
	}
	*ret = b->log[i].cosigned;
	*ret_n = b->log[i].n;
	return 0;
}

static int witnesses(struct browsing *b, struct act_seen *a, struct why *why)
{
	const struct standing_party *p = standing_find(&b->w->standing, &a->log.member);
	enum act_kind kind = act_kind_of(a->kind);
	struct cosigned *list = NULL;
	size_t n = 0;
	int rc = cosigned_of(b, a->log_row, &list, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++)
		a->witnessed += list[i].size > a->seq && !id_eq(&list[i].witness, &a->log.member) &&
				is_home(b->w, &a->log.member, &list[i].witness);
	if (kind != ACT_NONE && act_rules[kind].constitutional)
		a->need = witness_quorum((unsigned)(p && !p->founder && p->n_required
							    ? p->n_required + 1
							    : b->w->coalition.founding.n_member));
	return rc;
}

int act_browse(const struct world *w, struct db *db, const struct act_query *q, struct arena *arena,
	struct act_seen **ret, size_t *ret_n, bool *ret_more, struct why *why)
{
	struct browsing b = {.w = w, .db = db, .q = q, .arena = arena};
	struct act_seen *out = arena_array(arena, struct act_seen, q->limit + 1), one;
	int64_t ms = q->after_ms, log = q->after_log, seq = q->after_seq;
	struct arena scratch CLEANUP_ARENA = ARENA(8 * MIB);
	bool after = q->has_after;
	size_t n = 0, rows;
	int rc;

	do {
		struct stmt *s = batch_stmt(&b, ms, log, seq, after);

		for (rows = 0; (rc = db_step(s, why)) == DB_ROW; rows++) {
			arena_reset(&scratch);
			row_read(s, w, q->has_leaf, &scratch, &one);
			ms = one.time_ms;
			log = one.log_row;
			seq = (int64_t)one.seq;
			after = true;
			if (n <= q->limit && wanted(&b, &one))
				row_read(s, w, q->has_leaf, arena, &out[n++]);
			if (n > q->limit)
				break;
		}
		db_reset(s);
	} while (rc >= 0 && rows == BATCH && n <= q->limit);
	for (size_t i = 0; rc >= 0 && i < n; i++)
		rc = witnesses(&b, &out[i], why);
	if (rc < 0)
		return rc;
	*ret_more = n > q->limit;
	*ret_n = *ret_more ? q->limit : n;
	*ret = out;
	return 0;
}

/* ---- charters ---- */

struct charters {
	struct hash *hash;
	size_t n, max;
};

static void charter_once(struct charters *l, const struct hash *one)
{
	for (size_t i = 0; i < l->n; i++)
		if (hash_eq(&l->hash[i], one))
			return;
	if (l->n < l->max)
		l->hash[l->n++] = *one;
}

int charter_browse(const struct world *w, struct db *db, size_t max, struct arena *arena,
	struct hash **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT hash FROM charter WHERE coalition = $1 ORDER BY hash LIMIT $2");
	struct charters l = {.hash = arena_array(arena, struct hash, max), .max = max};
	int rc;

	charter_once(&l, &w->coalition.founding.hash);
	charter_once(&l, &w->standing.charter->hash);
	for (size_t i = 0; i < w->standing.n_proposal; i++)
		charter_once(&l, &w->standing.proposal[i].hash);
	db_bind_i64(s, 1, w->coalition.row);
	db_bind_i64(s, 2, (int64_t)max);
	while ((rc = db_step(s, why)) == DB_ROW) {
		struct hash one;

		MUST(db_blob(s, 0).n == sizeof(one.b));
		memcpy(one.b, db_blob(s, 0).p, sizeof(one.b));
		charter_once(&l, &one);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = l.hash;
	*ret_n = l.n;
	return 0;
}

int charter_text(struct db *db, int64_t coalition_row, const struct hash *hash, struct arena *arena,
	struct slice *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT text FROM charter WHERE coalition = $1 AND hash = $2");
	int rc;

	db_bind_i64(s, 1, coalition_row);
	db_bind_blob(s, 2, slice_of(hash->b, 32));
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = arena_copy(arena, db_blob(s, 0));
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "there is no such charter here");
	return rc < 0 ? rc : 0;
}

/* ---- the audit ---- */

/* What begins so: up to the text with its last byte one higher; ASCII, so it stays UTF-8. */
static struct slice behind(struct arena *arena, struct slice text)
{
	char *end = arena_string(arena, text);

	for (size_t i = 0; i < text.n; i++)
		MUST(text.p[i] < 0x7f);
	if (text.n)
		end[text.n - 1] = (char)(end[text.n - 1] + 1);
	return slice_of(end, text.n);
}

int audit_browse(struct db *db, int64_t before, struct slice who, struct slice what, size_t limit,
	struct arena *arena, struct audit_row **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT row, at_ms, who, what, about FROM audit WHERE ($1 = 0 OR row < $1) "
		"AND ($2 = '' OR (who >= $2 AND who < $3)) AND ($4 = '' OR (what >= $4 AND what < $5)) "
		"ORDER BY row DESC LIMIT $6");
	struct audit_row *out = arena_array(arena, struct audit_row, limit + 1);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, before);
	db_bind_text(s, 2, who);
	db_bind_text(s, 3, behind(arena, who));
	db_bind_text(s, 4, what);
	db_bind_text(s, 5, behind(arena, what));
	db_bind_i64(s, 6, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW && n < limit)
		out[n++] = (struct audit_row){.row = db_i64(s, 0),
			.at_ms = db_i64(s, 1),
			.who = arena_copy(arena, db_text(s, 2)),
			.what = arena_copy(arena, db_text(s, 3)),
			.about = arena_copy(arena, db_text(s, 4))};
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}
