/*
 * write.c: the one way into this node's own logs.
 *
 *	A transaction: world and own log → is the store current (high water)? → drafts become entries → log, payloads, tables → COMMIT.
 *	Then the high-water record, and only then may the head be signed (node_head): a head that was signed is always on disk
 *	and always recorded.
 */
#include "write_int.h"

#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "node/audit.h"
#include "node/draft_int.h"
#include "node/fold.h"
#include "node/grant.h"
#include "node/head.h"
#include "node/workspace.h"

struct place {
	uint64_t seq;
	int64_t time_ms;
	uint32_t counter;
};

struct pending {
	const struct draft *d;
	struct written *ret; /* NULL for the roll */
	struct made made;
};

struct writing {
	const struct node *node;
	struct db *db;
	struct arena arena;
	struct world world;
	struct root_chain chain;
	struct log log;
	struct place at; /* of the entry made last */
	bool has_roll;	 /* `roll` is what all@ means from here on */
	struct hash roll;
	const struct entry_seen *seen;
	size_t n_seen;
	VEC(struct pending) made;
};

static void writing_end(struct writing *w)
{
	vec_free(&w->made);
	arena_free(&w->arena);
}
#define CLEANUP_WRITING __attribute__((cleanup(writing_end)))

/* Hybrid logical clock: the wall's, and never behind the log's. */
static void place_next(struct place *at, uint64_t seq, int64_t now_ms)
{
	at->seq = seq;
	if (now_ms > at->time_ms) {
		at->time_ms = now_ms;
		at->counter = 0;
	} else if (at->counter < UINT32_MAX) {
		at->counter++;
	} else {
		at->time_ms++;
		at->counter = 0;
	}
}

static int writing_begin(struct writing *w, const struct id *coalition, struct why *why)
{
	int rc = world_load(&w->world, w->node, w->db, coalition, &w->arena, why);

	if (rc == 0)
		rc = root_chain_load(w->db, &w->node->self, &w->arena, &w->chain, why);
	if (rc == 0)
		rc = world_own_log(&w->world, w->db, &w->log, why);
	if (rc == 0)
		rc = head_current(w->node, w->db, &w->log, why);
	if (rc == 0 && w->log.frozen)
		rc = why_set(why, E_STATE, "log",
			"this node's log is frozen: it is proved to have told two stories");
	if (rc == 0)
		rc = world_seen(&w->world, w->db, &w->arena, &w->seen, &w->n_seen, why);
	w->at = (struct place){.time_ms = w->log.time_ms, .counter = w->log.time_counter};
	return rc;
}

/* ---- making entries ---- */

/* The causal cut of an entry made now: what was here when the transaction began, and the own log up to the entry itself. */
static void seen_now(struct writing *w, struct draft *d)
{
	struct entry_seen *seen = arena_array(&w->arena, struct entry_seen, w->n_seen + 1);
	struct entry_seen own = {.member = w->log.id.member,
		.epoch = w->log.id.epoch,
		.size = w->log.size + w->made.n};
	size_t n = 0, at = 0;

	for (; at < w->n_seen && id_cmp(&w->seen[at].member, &own.member) < 0; at++)
		seen[n++] = w->seen[at];
	for (; at < w->n_seen && id_eq(&w->seen[at].member, &own.member); at++)
		if (w->seen[at].epoch != own.epoch)
			seen[n++] = w->seen[at];
	if (own.size && n < LIMIT_MEMBERS)
		seen[n++] = own;
	for (; at < w->n_seen && n < LIMIT_MEMBERS; at++)
		seen[n++] = w->seen[at];
	d->act_seen = seen;
	d->n_act_seen = n;
}

static int entry_make(
	struct writing *w, const struct draft *d, struct written *ret, struct why *why)
{
	struct pending p = {.d = d, .ret = ret};
	struct draft with = *d;
	enum act_kind act = act_kind_of(d->kind);
	struct place before = w->at;
	struct arena scratch CLEANUP_ARENA = ARENA(1 * MIB);
	struct entry e;
	int rc;

	if (act != ACT_NONE && act_rules[act].constitutional && !d->has_act)
		seen_now(w, &with);
	place_next(&w->at, w->log.size + w->made.n, env_now_ms(&w->node->env));
	rc = draft_make(&with, &w->world, &w->log.id, w->at.seq, w->at.time_ms, w->at.counter,
		w->has_roll ? &w->roll : NULL, &w->arena, &p.made, why);
	if (rc == 0 && act != ACT_NONE) {
		/* As every partner will look at it. */
		rc = entry_parse(&e, &scratch, p.made.entry, why);
		if (rc == 0)
			rc = act_entry_check(&e, act, why);
		if (rc == 0)
			rc = act_signature_check(&e, act, &w->chain, why);
	}
	if (rc < 0) {
		w->at = before;
		return rc;
	}
	vec_push(&w->made, p);
	return 0;
}

static int roll_newest(struct writing *w, bool *ret_has, struct hash *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(w->db, "SELECT hash FROM roll WHERE log = $1 ORDER BY seq DESC LIMIT 1");
	int rc;

	db_bind_i64(s, 1, w->log.row);
	rc = db_step(s, why);
	*ret_has = rc == DB_ROW && db_blob(s, 0).n == sizeof(ret->b);
	if (*ret_has)
		memcpy(ret->b, db_blob(s, 0).p, sizeof(ret->b));
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* Before the first entry to all: the log must say who that is, if it has not said so or the members have changed. */
static int roll_make(struct writing *w, struct why *why)
{
	struct draft *d = arena_new(&w->arena, struct draft);
	const struct id *present;
	struct hash newest;
	size_t n;
	bool has;
	int rc = w->has_roll ? 0 : roll_newest(w, &has, &newest, why);

	if (rc < 0 || w->has_roll)
		return rc;
	world_present(&w->world, &w->arena, &present, &n);
	w->roll = roll_hash(&w->world.coalition.id, present, n);
	if (!has || !hash_eq(&newest, &w->roll)) {
		*d = (struct draft){.mode = MODE_REAL,
			.kind = SLICE("roll/1"),
			.member = present,
			.n_member = n};
		rc = entry_make(w, d, NULL, why);
	}
	w->has_roll = rc == 0;
	return rc;
}

static bool unit_on_roll(const struct writing *w, const struct write_unit *u)
{
	for (size_t i = 0; i < u->n; i++)
		if (draft_on_roll(&u->d[i], &w->world))
			return true;
	return false;
}

/* What the kind itself asks, and who made the draft, knowing what is made already and stands in no table yet. */
static int draft_admit(struct writing *w, const struct draft *d, struct why *why)
{
	const struct workspace_kind *k = workspace_kind_find(d->kind);
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	const struct draft **before;
	struct admitting a = {.world = &w->world, .db = w->db, .draft = d, .arena = &arena};

	if (!d->still && (!k || !k->admit))
		return 0;
	before = arena_array(&arena, const struct draft *, w->made.n + 1);
	for (size_t i = 0; i < w->made.n; i++)
		before[i] = w->made.p[i].d;
	a.before = before;
	a.n_before = w->made.n;
	int rc = d->still ? d->still(d->still_ctx, &a, why) : 0;
	return rc == 0 && k && k->admit ? k->admit(&a, why) : rc;
}

/* Nothing else has been written of it since, here or in the tables. */
static int draft_follows(struct writing *w, const struct draft *d, struct why *why)
{
	for (size_t i = 0; d->follows.given && i < w->made.n; i++) {
		const struct draft *other = w->made.p[i].d;
		if (other->has_object && object_id_eq(&other->object, &d->object))
			return why_set(why, E_CONFLICT, "If-Match",
				"somebody has changed it since: get it again");
	}
	return version_still(w->db, w->world.coalition.row, &d->object, &d->follows, why);
}

static bool is_version(const struct draft *d)
{
	return d->has_object && act_kind_of(d->kind) == ACT_NONE &&
	       grant_kind_of(d->kind) == GRANT_NONE;
}

/*
 * The rules of a kind guard its records, and a version of another kind would go around them: what is a commitment stays one. What releases, recalls and erases names
 * an object and is no version of it.
 */
static int draft_stays(struct writing *w, const struct draft *d, struct why *why)
{
	if (!is_version(d))
		return 0;
	for (size_t i = 0; i < w->made.n; i++) {
		const struct draft *other = w->made.p[i].d;
		if (is_version(other) && object_id_eq(&other->object, &d->object) &&
			!slice_eq(other->kind, d->kind))
			return why_set(why, E_STATE, "/object", "is a %.*s and stays one",
				SLICE_FMT(other->kind));
	}
	return version_stays(w->db, w->world.coalition.row, &d->object, d->kind, why);
}

/* All drafts of a unit, or none: what was made of it before one failed is taken back, a roll made for it as well. */
static int unit_make(struct writing *w, struct write_unit *u)
{
	size_t before = w->made.n;
	struct place at = w->at;
	bool had_roll = w->has_roll;
	int rc = unit_on_roll(w, u) ? roll_make(w, &u->why) : 0;

	for (size_t i = 0; rc == 0 && i < u->n; i++) {
		rc = draft_follows(w, &u->d[i], &u->why);
		if (rc == 0)
			rc = draft_stays(w, &u->d[i], &u->why);
		if (rc == 0)
			rc = draft_admit(w, &u->d[i], &u->why);
		if (rc == 0)
			rc = entry_make(w, &u->d[i], &u->ret[i], &u->why);
		if (rc < 0 && u->n > 1)
			why_prefix(&u->why, "draft %zu", i + 1);
	}
	if (rc < 0) {
		w->made.n = before;
		w->at = at;
		w->has_roll = had_roll;
	}
	return rc;
}

static int unit_check(struct writing *w, struct write_unit *u)
{
	int rc = u->still ? u->still(u->ctx, &w->world, w->db, &u->why) : 0;

	for (size_t i = 0; rc == 0 && i < u->n; i++) {
		rc = draft_check(&u->d[i], &w->world, &w->chain, &u->why);
		if (rc < 0 && u->n > 1)
			why_prefix(&u->why, "draft %zu", i + 1);
	}
	return rc;
}

static void units_make(struct writing *w, struct write_unit *unit, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unit[i].rc = unit_check(w, &unit[i]);
		if (unit[i].rc == 0)
			unit[i].rc = unit_make(w, &unit[i]);
	}
}

/*
 * Acts are judged by the root documents that stand before them in their author's log: those of this member that this log does not have yet come first. So a
 * coalition that is joined later, too, begins with them.
 */
static int roots_make(struct writing *w, struct why *why)
{
	struct slice *note;
	size_t n;
	int rc =
		root_due(w->db, &w->log.id.coalition, &w->log.id.member, &w->arena, &note, &n, why);

	if (rc < 0 || n == 0)
		return rc;
	struct draft *d = arena_array(&w->arena, struct draft, n);
	for (size_t i = 0; i < n; i++)
		d[i] = (struct draft){.mode = MODE_REAL,
			.kind = SLICE("root/1"),
			.all = true,
			.media = SLICE(ROOT_MEDIA),
			.content = note[i]};
	struct write_unit unit = {.d = d, .n = n, .ret = arena_array(&w->arena, struct written, n)};
	units_make(w, &unit, 1);
	if (unit.rc < 0 && why)
		*why = unit.why;
	return unit.rc;
}

/* ---- into the tables ---- */

static int entries_append(struct writing *w, struct why *why)
{
	struct slice *bytes = arena_array(&w->arena, struct slice, w->made.n + 1);
	struct hash *leaf = arena_array(&w->arena, struct hash, w->made.n + 1);

	for (size_t i = 0; i < w->made.n; i++) {
		bytes[i] = w->made.p[i].made.entry;
		leaf[i] = w->made.p[i].made.leaf;
	}
	return log_append(
		w->db, &w->log, bytes, leaf, w->made.n, w->at.time_ms, w->at.counter, why);
}

/* A flag on an entry of our own would be a rule that draft_check does not know: nothing of it is written. */
static int flagged(struct writing *w, uint64_t seq, struct why *why)
{
	struct stmt *s =
		db_stmt(w->db, "SELECT step, text FROM flag WHERE log = $1 AND seq = $2 LIMIT 1");
	int rc;

	db_bind_i64(s, 1, w->log.row);
	db_bind_i64(s, 2, (int64_t)seq);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		rc = why_set(why, E_INVALID, "", "%.*s: %.*s", SLICE_FMT(db_text(s, 0)),
			SLICE_FMT(db_text(s, 1)));
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int entry_fold(
	struct writing *w, struct fold *f, const struct pending *p, uint64_t seq, struct why *why)
{
	bool wanted;
	int rc = fold_header(f, &w->log, seq, p->made.entry, &wanted, why);

	f->known = p->d->known;
	if (rc == 0 && p->d->media.n)
		rc = fold_payload(f, &w->log, seq, p->made.entry, p->made.salt, p->made.plain, why);
	f->known = NULL;
	return rc == 0 && f->flagged ? flagged(w, seq, why) : rc;
}

/* Acts, releases, recalls and erasures are written down by name; records speak for themselves. */
static int entry_audit(struct writing *w, const struct pending *p, uint64_t seq, struct why *why)
{
	char about[128], coalition[COAL_TEXT + 1];
	struct slice kind = p->d->kind;

	if (act_kind_of(kind) == ACT_NONE &&
		!slice_is(p->d->media, "application/vnd.entente.grant"))
		return 0;
	coalition_format(&w->world.coalition.id, coalition);
	snprintf(about, sizeof(about), "coalition %s seq %llu", coalition, (unsigned long long)seq);
	char *what CLEANUP_FREE = mem_string(kind.p, kind.n);
	return audit_add(w->db, env_now_ms(&w->node->env), "node", what, slice_str(about), why);
}

static struct written written_of(const struct writing *w, const struct pending *p, uint64_t seq)
{
	return (struct written){
		.log_row = w->log.row, .seq = seq, .leaf = p->made.leaf, .object = p->made.object};
}

static int entry_beside(struct writing *w, const struct pending *p, uint64_t seq, struct why *why)
{
	const struct written at = written_of(w, p, seq);

	return p->d->beside ? p->d->beside(p->d->beside_ctx, w->db, &at, why) : 0;
}

static int entries_fold(struct writing *w, uint64_t first, struct why *why)
{
	struct fold f;
	int rc = fold_begin(&f, &w->world, w->db, &w->arena, why);

	if (rc < 0)
		return rc;
	f.writing = true;
	for (size_t i = 0; rc == 0 && i < w->made.n; i++) {
		const struct pending *p = &w->made.p[i];

		rc = entry_fold(w, &f, p, first + i, why);
		if (rc == 0)
			rc = entry_audit(w, p, first + i, why);
		if (rc == 0)
			rc = entry_beside(w, p, first + i, why);
	}
	return rc < 0 ? rc : fold_end(&f, why);
}

static void written_fill(const struct writing *w, uint64_t first)
{
	for (size_t i = 0; i < w->made.n; i++) {
		const struct pending *p = &w->made.p[i];

		if (p->ret)
			*p->ret = written_of(w, p, first + i);
	}
}

static int transaction(struct writing *w, const struct id *coalition, struct write_unit *unit,
	size_t n, uint64_t *ret_first, struct why *why)
{
	int rc = writing_begin(w, coalition, why);

	if (rc == 0)
		rc = roots_make(w, why);
	if (rc == 0)
		units_make(w, unit, n);
	*ret_first = w->log.size;
	if (rc < 0 || w->made.n == 0)
		return rc;
	rc = entries_append(w, why);
	return rc < 0 ? rc : entries_fold(w, *ret_first, why);
}

static size_t units_bytes(const struct write_unit *unit, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < unit[i].n; k++)
			bytes += unit[i].d[k].content.n + 4 * LIMIT_ENTRY_BYTES;
	return bytes;
}

int write_units(const struct node *node, struct db *db, const struct id *coalition,
	struct write_unit *unit, size_t n, struct why *why)
{
	struct writing w CLEANUP_WRITING = {
		.node = node, .db = db, .arena = ARENA(256 * MIB + 2 * units_bytes(unit, n))};
	uint64_t first = 0;
	int rc;

	if (atomic_load(node->unfit))
		return why_set(why, E_IO, "",
			"a disk has failed under this process: run 'entente doctor' and start again");
	for (size_t i = 0; i < n; i++) {
		unit[i].rc = 0;
		unit[i].why = (struct why){0};
	}
	rc = db_begin(db, why);
	if (rc < 0)
		return rc;
	rc = transaction(&w, coalition, unit, n, &first, why);
	if (rc < 0 || w.made.n == 0) {
		db_rollback(db);
		return rc;
	}
	if ((rc = node_commit(node, db, why)) < 0)
		return rc;
	/*
	 * It is written, and the record is not: to a caller that would look like a verdict, and be tried again. Until somebody has looked at the disk,
	 * nothing more is.
	 */
	if (head_raise(node, db, &w.log, why) < 0) {
		atomic_store(node->unfit, true);
		if (why)
			why->code = E_IO;
		return E_IO;
	}
	written_fill(&w, first);
	return 0;
}

int node_write(const struct node *node, struct db *db, const struct id *coalition,
	const struct draft *d, size_t n, struct written *ret, struct why *why)
{
	return write_still(node, db, coalition, d, n, NULL, NULL, ret, why);
}

int write_still(const struct node *node, struct db *db, const struct id *coalition,
	const struct draft *d, size_t n,
	int (*still)(void *ctx, const struct world *w, struct db *db, struct why *why), void *ctx,
	struct written *ret, struct why *why)
{
	struct written *place CLEANUP_FREE = mem_zero_alloc(n + 1, sizeof(*place));
	struct write_unit unit = {.d = d, .n = n, .ret = place, .still = still, .ctx = ctx};
	int rc = write_units(node, db, coalition, &unit, 1, why);

	if (rc == 0 && unit.rc < 0) {
		if (why)
			*why = unit.why;
		rc = unit.rc;
	}
	if (rc == 0 && n > 0)
		memcpy(ret, place, n * sizeof(*place));
	return rc;
}
