/*
 * fold_grant.c: releases, recalls and erasures. The rows in `grants` are what was said; what follows for a target is worked out anew from all of
 * them (grant_apply) whenever one of them, or the target's content, arrives: so it does not matter which came first.
 */
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "node/fold_int.h"
#include "node/want.h"

/* Of one target as many rows count, the newest: an author who says more than that says it to nobody. */
#define GRANTED_MAX 4096

typedef VEC(struct granted) granted_vec;

static int granted_read(struct stmt *s, struct arena *arena, granted_vec *v, struct why *why)
{
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW) {
		struct granted g = {.kind = (enum grant_kind)db_i64(s, 1)};

		MUST(db_blob(s, 0).n == sizeof(g.member));
		memcpy(&g.member, db_blob(s, 0).p, sizeof(g.member));
		g.label = arena_copy(arena, db_text(s, 2));
		vec_push(v, g);
	}
	db_reset(s);
	return rc;
}

#define GRANTED_SQL                                                                                \
	"SELECT member, kind, label FROM grants "                                                  \
	"WHERE coalition = (SELECT c.id FROM coalition c WHERE c.coalition = $1) "                 \
	"AND owner = $2 AND target_epoch = $3 AND target_seq = $4 AND kind "

static void granted_bind(struct stmt *s, const struct id *coalition, const struct id *owner,
	uint32_t epoch, uint64_t seq, size_t limit)
{
	db_bind_blob(s, 1, id_slice(coalition));
	db_bind_blob(s, 2, id_slice(owner));
	db_bind_i64(s, 3, epoch);
	db_bind_i64(s, 4, (int64_t)seq);
	db_bind_i64(s, 5, GRANT_ERASE);
	db_bind_i64(s, 6, (int64_t)limit);
}

int fold_granted(struct db *db, const struct id *coalition, const struct id *owner, uint32_t epoch,
	uint64_t seq, struct arena *arena, struct granted **ret, size_t *ret_n, struct why *why)
{
	granted_vec v = {0};
	struct stmt *s = db_stmt(db, GRANTED_SQL "= $5 LIMIT $6");
	int rc;

	/* However much is said afterwards, an erasure counts. */
	granted_bind(s, coalition, owner, epoch, seq, 1);
	rc = granted_read(s, arena, &v, why);
	if (rc == 0) {
		s = db_stmt(db,
			GRANTED_SQL "<> $5 ORDER BY epoch DESC, seq DESC, member DESC LIMIT $6");
		granted_bind(s, coalition, owner, epoch, seq, GRANTED_MAX);
		rc = granted_read(s, arena, &v, why);
	}
	if (rc == 0) {
		struct granted *row = arena_array(arena, struct granted, v.n + 1);

		for (size_t i = 0; i < v.n; i++)
			row[i] = v.p[v.n - 1 - i];
		*ret = row;
		*ret_n = v.n;
	}
	vec_free(&v);
	return rc;
}

/* ---- what is left of a content that is gone ---- */

/* The newest grant that took it away. */
struct taken {
	int64_t mode, audience, time_ms;
	struct id name;
};

static int taken_find(struct fold *f, const struct log *target, uint64_t seq, bool erased,
	struct taken *ret, struct why *why)
{
	const struct id nobody = {0};
	struct stmt *s = db_stmt(f->db,
		"SELECT mode, audience, time_ms, object_name FROM grants WHERE coalition = $1 AND owner = $2 "
		"AND target_epoch = $3 AND target_seq = $4 AND kind = $5 AND member = $6 "
		"ORDER BY epoch DESC, seq DESC LIMIT 1");
	int rc;

	db_bind_i64(s, 1, f->world->coalition.row);
	db_bind_blob(s, 2, id_slice(&target->id.member));
	db_bind_i64(s, 3, target->id.epoch);
	db_bind_i64(s, 4, (int64_t)seq);
	db_bind_i64(s, 5, erased ? GRANT_ERASE : GRANT_RECALL);
	db_bind_blob(s, 6, id_slice(erased ? &nobody : &f->world->node->self));
	rc = db_step(s, why);
	MUST(rc != DB_DONE); /* grant_apply has seen it */
	if (rc == DB_ROW) {
		*ret = (struct taken){
			.mode = db_i64(s, 0), .audience = db_i64(s, 1), .time_ms = db_i64(s, 2)};
		MUST(db_blob(s, 3).n == sizeof(ret->name));
		memcpy(&ret->name, db_blob(s, 3).p, sizeof(ret->name));
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* A row that says that there was something: only what the grant and the leaf still tell, so that a rebuild makes the same. */
static int tombstone_put(struct fold *f, const struct log *target, uint64_t seq,
	enum item_state state, int64_t time_ms, struct why *why)
{
	struct taken t;
	int rc = taken_find(f, target, seq, state == ITEM_ERASED, &t, why);

	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(f->db,
		"INSERT INTO item (row, coalition, log, seq, at, epoch, object_owner, object_name, kind, mode, "
		"label, audience, media, until_ms, time_ms, state) "
		"VALUES ($1, $2, $3, $4, 0, $5, $6, $7, '', $8, '', $9, '', 0, $10, $11)");
	db_bind_i64(s, 1, f->next_row++);
	db_bind_i64(s, 2, f->world->coalition.row);
	db_bind_i64(s, 3, target->row);
	db_bind_i64(s, 4, (int64_t)seq);
	db_bind_i64(s, 5, target->id.epoch);
	db_bind_blob(s, 6, id_slice(&target->id.member));
	db_bind_blob(s, 7, id_slice(&t.name));
	db_bind_i64(s, 8, t.mode);
	db_bind_i64(s, 9, t.audience);
	db_bind_i64(s, 10, time_ms ? time_ms : t.time_ms);
	db_bind_i64(s, 11, state);
	return db_run(s, why);
}

static int tombstone_drop(struct fold *f, const struct log *target, uint64_t seq, struct why *why)
{
	struct stmt *s =
		db_stmt(f->db, "DELETE FROM item WHERE log = $1 AND seq = $2 AND state <> 0");

	db_bind_i64(s, 1, target->row);
	db_bind_i64(s, 2, (int64_t)seq);
	return db_run(s, why);
}

/* ---- the target ---- */

/* Loads what is held of the target; *ret_held false if its content is not here or cannot be read, *ret_kept true in the latter case. */
static int target_load(struct fold_at *at, bool *ret_held, bool *ret_kept, struct why *why)
{
	struct fold *f = at->f;
	struct slice plain;
	uint8_t salt[32];
	int rc = log_entry(f->db, at->log->row, at->seq, at->scratch, &at->bytes, why);

	*ret_held = *ret_kept = false;
	if (rc == E_MISSING)
		return 0; /* withheld */
	if (rc < 0 || entry_parse(&at->e, at->scratch, at->bytes, NULL) < 0)
		return rc;
	if (!at->e.has_payload) {
		*ret_held = fold_content(at, SLICE_NONE, NULL) == 0;
		return 0;
	}
	rc = payload_get(f->db, at->log->row, at->seq, at->scratch, salt, &plain, why);
	if (rc == E_MISSING)
		return 0;
	if (rc < 0)
		return rc;
	*ret_held = fold_content(at, plain, NULL) == 0;
	*ret_kept = !*ret_held;
	return 0;
}

/*
 * No content that could be shown is here: is it gone for good, or to be asked for? `kept`: bytes of it are here all the same, as evidence of a broken
 * rule; they go like any others.
 */
static int target_absent(struct fold_at *at, bool kept, struct why *why)
{
	struct fold *f = at->f;
	const struct id *me = &f->world->node->self, *author = &at->log->id.member;
	struct granted *row;
	struct grant_result r;
	size_t n;
	int rc = tombstone_drop(f, at->log, at->seq, why);

	if (rc == 0)
		rc = fold_granted(f->db, &at->log->id.coalition, author, at->log->id.epoch, at->seq,
			at->scratch, &row, &n, why);
	if (rc < 0)
		return rc;
	grant_apply(row, n, NULL, 0, author, me, at->scratch, &r);
	if (r.erased || r.recalled) {
		rc = f->rebuilding ? 0 : want_drop(f->db, at->log->row, at->seq, why);
		if (rc == 0 && kept)
			rc = fold_items_drop(f, at->log->row, at->seq, why);
		return rc < 0 ? rc
			      : tombstone_put(f, at->log, at->seq,
					r.erased ? ITEM_ERASED : ITEM_RECALLED, at->e.time_ms, why);
	}
	if (kept || f->rebuilding || id_eq(me, author) ||
		!bsearch(me, r.member, r.n, sizeof(*me), id_cmp))
		return 0;
	f->wants_changed = true;
	return want_put(f->db, at->log->row, at->seq, why);
}

/* Content that is here: new readers, or gone. */
static int target_held(struct fold_at *at, struct why *why)
{
	struct why rule = {0};
	int rc;

	if (act_kind_of(at->kind) != ACT_NONE || grant_kind_of(at->kind) != GRANT_NONE)
		return 0;
	rc = fold_at_readers(at, &rule);
	if (rc == E_MISSING) /* flagged when it came */
		return target_absent(at, true, why);
	if (rc < 0) {
		if (why)
			*why = rule;
		return rc;
	}
	if (!at->erased && !at->recalled)
		return fold_items_again(at, why);
	rc = fold_items_drop(at->f, at->log->row, at->seq, why);
	return rc < 0 ? rc
		      : tombstone_put(at->f, at->log, at->seq,
				at->erased ? ITEM_ERASED : ITEM_RECALLED, at->e.time_ms, why);
}

static int target_apply(struct fold *f, const struct log *target, uint64_t seq, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(FOLD_SCRATCH);
	struct fold_at at = {.f = f, .log = target, .seq = seq, .scratch = &scratch};
	bool held, kept;
	int rc = target_load(&at, &held, &kept, why);

	if (rc < 0)
		return rc;
	return held ? target_held(&at, why) : target_absent(&at, kept, why);
}

/* ---- the grant ---- */

static int target_log(
	struct fold_at *at, const struct entry_ref *t, struct log *ret, struct why *why)
{
	struct log_id id = at->log->id;

	if (!id_eq(&t->member, &id.member))
		return why_set(why, E_DENIED, "target",
			"only its author releases, recalls or erases an entry");
	if (t->epoch > id.epoch || (t->epoch == id.epoch && t->seq >= at->seq))
		return why_set(why, E_INVALID, "target", "the target comes later than this");
	if (t->epoch == id.epoch) {
		*ret = *at->log;
		return 0;
	}
	id.epoch = t->epoch;
	return log_load(at->f->db, &id, ret, why);
}

static int target_check(
	struct fold_at *at, const struct entry_ref *t, const struct log *log, struct why *why)
{
	struct hash leaf;
	struct slice bytes;
	struct entry e;
	int rc = log_leaf(at->f->db, log->row, t->seq, &leaf, why);

	if (rc < 0)
		return rc;
	if (!hash_eq(&leaf, &t->leaf))
		return why_set(why, E_INVALID, "target", "the leaf is not the one that is there");
	rc = log_entry(at->f->db, log->row, t->seq, at->scratch, &bytes, why);
	if (rc == E_MISSING)
		return 0;
	if (rc == 0 && entry_parse(&e, at->scratch, bytes, NULL) == 0 &&
		act_kind_of(e.kind) != ACT_NONE)
		rc = why_set(why, E_INVALID, "target", "acts stand for ever");
	return rc;
}

static int grant_insert(struct fold_at *at, const struct grant *g, const struct entry_ref *t,
	const struct id *member, struct why *why)
{
	struct stmt *s = db_stmt(at->f->db,
		"INSERT INTO grants (log, seq, epoch, coalition, owner, target_epoch, target_seq, member, kind, "
		"label, mode, object_name, audience, time_ms) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)");

	db_bind_i64(s, 1, at->log->row);
	db_bind_i64(s, 2, (int64_t)at->seq);
	db_bind_i64(s, 3, at->log->id.epoch);
	db_bind_i64(s, 4, at->f->world->coalition.row);
	db_bind_blob(s, 5, id_slice(&t->member));
	db_bind_i64(s, 6, t->epoch);
	db_bind_i64(s, 7, (int64_t)t->seq);
	db_bind_blob(s, 8, id_slice(member));
	db_bind_i64(s, 9, g->kind);
	db_bind_text(s, 10, g->label);
	db_bind_i64(s, 11, at->mode);
	db_bind_blob(s, 12, id_slice(&at->object.name));
	db_bind_i64(s, 13, at->readers.audience);
	db_bind_i64(s, 14, at->e.time_ms);
	return db_run(s, why);
}

static int answer_insert(struct fold_at *at, const struct entry_ref *t, struct why *why)
{
	struct stmt *s = db_stmt(at->f->db,
		"INSERT INTO answer (log, seq, owner, target_epoch, target_seq) VALUES ($1, $2, $3, $4, $5)");

	db_bind_i64(s, 1, at->log->row);
	db_bind_i64(s, 2, (int64_t)at->seq);
	db_bind_blob(s, 3, id_slice(&t->member));
	db_bind_i64(s, 4, t->epoch);
	db_bind_i64(s, 5, (int64_t)t->seq);
	return db_run(s, why);
}

/* The logs of one author do not come in their order: what an earlier one lacks may yet come, and is no fault. */
static int target_wait(struct fold_at *at, const struct entry_ref *t, struct why *why)
{
	struct stmt *s = db_stmt(at->f->db,
		"INSERT INTO grant_wait (log, seq, target_epoch, target_seq) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT DO NOTHING");

	db_bind_i64(s, 1, at->log->row);
	db_bind_i64(s, 2, (int64_t)at->seq);
	db_bind_i64(s, 3, t->epoch);
	db_bind_i64(s, 4, (int64_t)t->seq);
	return db_run(s, why);
}

/* One target of a grant: its rows, then what follows. A target that may not be one is flagged, the others count. */
static int target_fold(
	struct fold_at *at, const struct grant *g, const struct entry_ref *t, struct why *why)
{
	const struct id nobody = {0};
	const struct id *member = g->n_member ? g->member : &nobody;
	size_t n = g->n_member ? g->n_member : 1;
	struct why rule = {0};
	struct log log;
	int rc = target_log(at, t, &log, &rule);

	if (rc == 0)
		rc = target_check(at, t, &log, &rule);
	if (rc == E_MISSING && t->epoch < at->log->id.epoch)
		return target_wait(at, t, why);
	if (rc < 0 && fold_rule(rc))
		return fold_flag(at->f, at->log, at->seq, t->seq, "grant", &rule, why);
	if (rc < 0 && why)
		*why = rule;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = grant_insert(at, g, t, &member[i], why);
	if (rc < 0)
		return rc;
	at->f->grants_any = true;
	/*
	 * A rebuild looks at the effects when it has all grants: of a recall that a later release has taken back, the content must not go
	 * meanwhile.
	 */
	return at->f->rebuilding ? 0 : target_apply(at->f, &log, t->seq, why);
}

/* Distinct targets behind `after`, a page of them. */
static int targets_page(struct fold *f, const struct entry_ref *after, size_t limit,
	struct entry_ref *ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(f->db,
		"SELECT DISTINCT owner, target_epoch, target_seq FROM grants WHERE coalition = $1 "
		"AND (owner, target_epoch, target_seq) > ($2, $3, $4) ORDER BY owner, target_epoch, target_seq LIMIT $5");
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, f->world->coalition.row);
	db_bind_blob(s, 2, id_slice(&after->member));
	db_bind_i64(s, 3, after->epoch);
	db_bind_i64(s, 4, (int64_t)after->seq);
	db_bind_i64(s, 5, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW) {
		MUST(db_blob(s, 0).n == sizeof(ret[n].member));
		memcpy(&ret[n].member, db_blob(s, 0).p, sizeof(ret[n].member));
		ret[n].epoch = (uint32_t)db_i64(s, 1);
		ret[n++].seq = (uint64_t)db_i64(s, 2);
	}
	db_reset(s);
	*ret_n = n;
	return rc;
}

int fold_grants_apply(struct fold *f, struct why *why)
{
	struct entry_ref after = {0}, page[64];
	size_t n;
	int rc;

	do {
		rc = targets_page(f, &after, sizeof(page) / sizeof(*page), page, &n, why);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			struct log_id id = {f->world->coalition.id, page[i].member, page[i].epoch};
			struct log log;

			rc = log_load(f->db, &id, &log, why);
			if (rc == 0)
				rc = target_apply(f, &log, page[i].seq, why);
			after = page[i];
		}
	} while (rc == 0 && n == sizeof(page) / sizeof(*page));
	return rc;
}

static int grant_read(struct fold_at *at, struct grant *ret, struct why *why)
{
	struct label label;
	int rc = grant_parse(ret, at->scratch, grant_kind_of(at->kind), at->content, why);

	if (rc == 0 && !slice_is(at->media, GRANT_MEDIA))
		rc = why_set(why, E_INVALID, "media", "the media of this kind is " GRANT_MEDIA);
	if (rc == 0 && !at->has_object)
		rc = why_set(why, E_INVALID, "object", "a grant names the object it is about");
	return rc == 0 && ret->label.n ? label_parse(&label, ret->label, why) : rc;
}

int fold_grant(struct fold_at *at, struct why *why)
{
	struct why rule = {0};
	struct grant g;
	int rc = grant_read(at, &g, &rule);

	if (rc < 0)
		return fold_flag(at->f, at->log, at->seq, 0, "grant", &rule, why);
	at->f->folded++;
	for (size_t i = 0; rc == 0 && i < g.n_target; i++)
		rc = g.kind == GRANT_ERASED ? answer_insert(at, &g.target[i], why)
					    : target_fold(at, &g, &g.target[i], why);
	return rc;
}

/* ---- those that waited ---- */

struct waiting {
	int64_t log;
	uint64_t seq, target_seq;
	uint32_t target_epoch;
};

/* Some whose targets are here now. */
static int waiting_page(
	struct fold *f, size_t limit, struct waiting *ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(f->db,
		"SELECT w.log, w.seq, w.target_epoch, w.target_seq FROM grant_wait w JOIN log g ON g.id = w.log "
		"JOIN log t ON t.coalition = g.coalition AND t.member = g.member AND t.epoch = w.target_epoch "
		"WHERE g.coalition = $1 AND t.size > w.target_seq ORDER BY 1, 2, 3, 4 LIMIT $2");
	size_t n = 0;
	int rc;

	db_bind_blob(s, 1, id_slice(&f->world->coalition.id));
	db_bind_i64(s, 2, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW)
		ret[n++] = (struct waiting){.log = db_i64(s, 0),
			.seq = (uint64_t)db_i64(s, 1),
			.target_epoch = (uint32_t)db_i64(s, 2),
			.target_seq = (uint64_t)db_i64(s, 3)};
	db_reset(s);
	*ret_n = n;
	return rc;
}

static int waiting_drop(struct fold *f, const struct waiting *w, struct why *why)
{
	struct stmt *s = db_stmt(f->db, "DELETE FROM grant_wait WHERE log = $1 AND seq = $2 "
					"AND target_epoch = $3 AND target_seq = $4");

	db_bind_i64(s, 1, w->log);
	db_bind_i64(s, 2, (int64_t)w->seq);
	db_bind_i64(s, 3, w->target_epoch);
	db_bind_i64(s, 4, (int64_t)w->target_seq);
	return db_run(s, why);
}

/* The grant as it was read when it came: it is held, and kept its rules then. */
static int waiting_read(struct fold_at *at, struct grant *ret, struct why *why)
{
	struct slice plain = SLICE_NONE;
	uint8_t salt[32];
	int rc = log_entry(at->f->db, at->log->row, at->seq, at->scratch, &at->bytes, why);

	if (rc == 0)
		rc = entry_parse(&at->e, at->scratch, at->bytes, why);
	if (rc == 0 && at->e.has_payload)
		rc = payload_get(at->f->db, at->log->row, at->seq, at->scratch, salt, &plain, why);
	if (rc == 0)
		rc = fold_content(at, plain, why);
	if (rc == 0)
		rc = fold_at_readers(at, why);
	return rc == 0 ? grant_read(at, ret, why) : rc;
}

static int waiting_fold(struct fold *f, const struct waiting *w, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(FOLD_SCRATCH);
	struct why gone = {0};
	struct grant g;
	struct log log;
	struct fold_at at = {.f = f, .log = &log, .seq = w->seq, .scratch = &scratch};
	int rc = waiting_drop(f, w, why);

	if (rc == 0)
		rc = log_load_row(f->db, w->log, &log, why);
	if (rc < 0)
		return rc;
	rc = waiting_read(&at, &g, &gone);
	if (rc < 0) {
		if (fold_rule(rc))
			return 0;
		if (why)
			*why = gone;
		return rc;
	}
	for (size_t i = 0; rc == 0 && i < g.n_target; i++)
		if (g.target[i].epoch == w->target_epoch && g.target[i].seq == w->target_seq)
			rc = target_fold(&at, &g, &g.target[i], why);
	return rc;
}

int fold_grants_waiting(struct fold *f, struct why *why)
{
	struct waiting page[64];
	size_t n;
	int rc;

	do {
		rc = waiting_page(f, sizeof(page) / sizeof(*page), page, &n, why);
		for (size_t i = 0; rc == 0 && i < n; i++)
			rc = waiting_fold(f, &page[i], why);
	} while (rc == 0 && n == sizeof(page) / sizeof(*page));
	return rc;
}
