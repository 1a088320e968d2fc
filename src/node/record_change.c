/*
 * record_change.c: release, recall, erasure of this node's own records. Each is an entry of its own (grant.h); what it does to the record is
 * the fold's, here as at every partner.
 */
#include "record_int.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/fold_int.h"
#include "node/workspace.h"
#include "node/write_int.h"

struct changing {
	const struct node *node;
	struct db *db;
	const struct id *coalition;
	const struct object_id *object;
	struct arena arena;
	struct world world;
	struct record *version; /* oldest first */
	size_t n;
};

static void changing_end(struct changing *c)
{
	arena_free(&c->arena);
}
#define CLEANUP_CHANGING __attribute__((cleanup(changing_end)))

static bool object_is_act(struct changing *c)
{
	bool found = false;
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct stmt *st = db_stmt(c->db,
		"SELECT a.entry FROM act a JOIN log l ON l.id = a.log WHERE l.coalition = $1 AND l.member = $2");

	db_bind_blob(st, 1, id_slice(&c->world.coalition.id));
	db_bind_blob(st, 2, id_slice(&c->object->owner));
	while (!found && db_step(st, NULL) == DB_ROW) {
		struct entry e;

		arena_reset(&arena);
		found = entry_parse(&e, &arena, db_blob(st, 0), NULL) == 0 && e.has_object &&
			object_id_eq(&e.object, c->object);
	}
	db_reset(st);
	return found;
}

/* What the object is at this moment. It may move on before the entry is written: then the next version is as it was written. */
static int changing_begin(struct changing *c, struct why *why)
{
	int rc = db_begin_read(c->db, why);

	if (rc < 0)
		return rc;
	rc = world_load(&c->world, c->node, c->db, c->coalition, &c->arena, why);
	if (rc == 0)
		rc = record_versions(
			&c->world, c->db, c->object, &c->arena, &c->version, &c->n, why);
	if (rc == 0 && c->n == 0)
		rc = object_is_act(c) ? why_set(why, E_INVALID, "/object",
						"acts are never released, recalled or erased")
				      : why_set(why, E_MISSING, "/object", "no such record");
	if (rc == 0 && !id_eq(&c->object->owner, &c->node->self))
		rc = why_set(why, E_DENIED, "/object",
			"only its owner releases, recalls or erases a record");
	db_rollback(c->db);
	return rc;
}

/* Does its kind let go of it? */
static int take_back(struct changing *c, struct why *why)
{
	const struct workspace_kind *kind = workspace_kind_find(c->version[c->n - 1].kind);
	struct reader who = world_reader(&c->world, &c->node->self);
	struct record newest;
	int rc;

	if (!kind || !kind->take_back)
		return 0;
	rc = db_begin_read(c->db, why);
	if (rc < 0)
		return rc;
	rc = record_get(&c->world, c->db, &who, c->object, &c->arena, &newest, why);
	if (rc == 0 && newest.state == ITEM_LIVE) {
		const struct taking_back t = {.world = &c->world,
			.db = c->db,
			.kind = newest.kind,
			.content = newest.content,
			.arena = &c->arena};

		rc = kind->take_back(&t, why);
	}
	db_rollback(c->db);
	return rc;
}

static struct entry_ref ref_of(const struct record *r)
{
	return (struct entry_ref){
		.member = r->author, .epoch = r->epoch, .seq = r->seq, .leaf = r->leaf};
}

static int ids_sort(
	struct arena *arena, const struct id *from, size_t n, const struct id **ret, size_t *ret_n)
{
	struct id *id = arena_array(arena, struct id, n + 1);
	size_t kept = 0;

	if (n)
		memcpy(id, from, n * sizeof(*id));
	qsort(id, n, sizeof(*id), id_cmp);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !id_eq(&id[kept - 1], &id[i]))
			id[kept++] = id[i];
	*ret = id;
	*ret_n = kept;
	return 0;
}

/* Readers of all targets and `more`, for the entry that tells them. */
static void readers_of(struct changing *c, const struct record *const *target, size_t n,
	const struct id *more, size_t n_more, const struct id **ret, size_t *ret_n)
{
	size_t all = n_more, at = 0;

	for (size_t i = 0; i < n; i++)
		all += target[i]->n_audience;
	struct id *id = arena_array(&c->arena, struct id, all + 1);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < target[i]->n_audience; k++)
			id[at++] = target[i]->audience[k];
	for (size_t i = 0; i < n_more; i++)
		id[at++] = more[i];
	(void)ids_sort(&c->arena, id, all, ret, ret_n);
}

/* One entry about up to 64 versions. */
static int grant_draft(struct changing *c, const struct grant *about,
	const struct record *const *target, size_t n, struct draft *ret, struct why *why)
{
	struct entry_ref *ref = arena_array(&c->arena, struct entry_ref, n);
	struct buf body CLEANUP_BUF = BUF(64 * KIB);
	struct grant g = *about;
	const struct record *newest = target[n - 1];

	for (size_t i = 0; i < n; i++)
		ref[i] = ref_of(target[i]);
	g.target = ref;
	g.n_target = n;
	grant_print(&g, &body);
	*ret = (struct draft){.mode = newest->mode,
		.kind = slice_str(grant_kind_name(g.kind)),
		.has_object = true,
		.object = *c->object,
		.ref = ref,
		.n_ref = n,
		.label = g.label.n ? g.label : newest->label,
		.media = SLICE(GRANT_MEDIA),
		.content = arena_copy(&c->arena, buf_slice(&body))};
	readers_of(c, target, n, about->member, about->n_member, &ret->member, &ret->n_member);
	if (ret->n_member > LIMIT_MEMBERS)
		return why_set(why, E_LIMIT, "/audience", "more than %d readers", LIMIT_MEMBERS);
	return 0;
}

struct targets {
	const struct object_id *object;
	const struct record *const *target;
	size_t n;
};

/* Another thread or process may have erased them since the look: saying it twice would be for ever. */
static int still_live(void *ctx, const struct world *w, struct db *db, struct why *why)
{
	const struct targets *t = ctx;

	for (size_t i = 0; i < t->n; i++) {
		struct stmt *s = db_stmt(db,
			"SELECT 1 FROM item WHERE coalition = $1 AND object_owner = $2 AND object_name = $3 "
			"AND epoch = $4 AND seq = $5 AND state = 0 LIMIT 1");
		int rc;

		db_bind_i64(s, 1, w->coalition.row);
		db_bind_blob(s, 2, id_slice(&t->object->owner));
		db_bind_blob(s, 3, id_slice(&t->object->name));
		db_bind_i64(s, 4, t->target[i]->epoch);
		db_bind_i64(s, 5, (int64_t)t->target[i]->seq);
		rc = db_step(s, why);
		db_reset(s);
		if (rc != DB_DONE)
			return rc < 0 ? rc : 0;
	}
	return why_set(why, E_STATE, "/object", "the record is erased already");
}

/* All targets, 64 to an entry, in one transaction. */
static int grants_write(struct changing *c, const struct grant *about,
	const struct record *const *target, size_t n, struct written *ret, struct why *why)
{
	struct targets t = {.object = c->object, .target = target, .n = n};
	size_t drafts = (n + LIMIT_ENTRY_REFS - 1) / LIMIT_ENTRY_REFS;
	struct draft *d = arena_array(&c->arena, struct draft, drafts);
	struct written *written = arena_array(&c->arena, struct written, drafts);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < drafts; i++) {
		size_t from = i * LIMIT_ENTRY_REFS;
		size_t take = n - from < LIMIT_ENTRY_REFS ? n - from : LIMIT_ENTRY_REFS;

		rc = grant_draft(c, about, target + from, take, &d[i], why);
	}
	if (rc == 0)
		rc = write_still(c->node, c->db, c->coalition, d, drafts,
			about->kind == GRANT_ERASE ? still_live : NULL, &t, written, why);
	if (rc == 0)
		*ret = written[drafts - 1];
	return rc;
}

/* Versions that are live (objects of one batch stand and fall together, so an entry counts once). */
static size_t targets_live(struct changing *c, const struct record **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct record *r = &c->version[i];

		if (r->state == ITEM_LIVE &&
			(n == 0 || ret[n - 1]->seq != r->seq || ret[n - 1]->epoch != r->epoch))
			ret[n++] = r;
	}
	return n;
}

/* ---- release ---- */

/* A label that lets more through than before is an officer's to give. */
static int release_label(struct changing *c, const struct record *r, struct slice label,
	const struct seckey *officer_key, const struct id *officer, struct why *why)
{
	struct root_chain chain;
	struct label before, after;
	int rc = label_parse(&before, r->label, why);

	if (rc == 0)
		rc = label_parse(&after, label, why);
	if (rc == 0)
		rc = label_check(&after, c->world.standing.charter, why);
	if (rc < 0 || label_tighter(&before, &after, c->world.standing.charter))
		return rc;
	if (!officer_key || !officer)
		return why_set(why, E_DENIED, "/officer",
			"the new label is looser than '%.*s': it needs an officer with scope 'release'",
			SLICE_FMT(r->label));
	rc = root_chain_load(c->db, &c->node->self, &c->arena, &chain, why);
	if (rc < 0)
		return rc;
	const struct root_officer *o = root_officer_for(&chain, officer, SCOPE_RELEASE,
		c->coalition, UINT32_MAX, UINT64_MAX, env_now_ms(&c->node->env));
	if (!o || !pubkey_eq(&o->key, &officer_key->pub))
		return why_set(why, E_DENIED, "/officer",
			"this officer and key have no scope 'release' at this time");
	return 0;
}

/* What the new readers have to be told with it, as it was when the release was made. */
struct along {
	struct changing *c;
	const struct grant *grant;
	const struct record *target;
	struct draft *draft;
	size_t n;
};

static int along_find(const struct along *a, const struct world *w, struct db *db,
	struct draft **ret, size_t *ret_n, struct why *why)
{
	const struct workspace_kind *kind = workspace_kind_find(a->target->kind);
	const struct log_id id = {
		w->coalition.id, a->target->author, a->target->epoch}; /* of this member */
	struct log log;
	int rc;

	*ret_n = 0;
	if (!kind || !kind->along)
		return 0;
	rc = log_load(db, &id, &log, why);
	if (rc < 0)
		return rc;
	const struct releasing r = {.world = w,
		.db = db,
		.log_row = log.row,
		.seq = a->target->seq,
		.mode = a->target->mode,
		.label = a->grant->label.n ? a->grant->label : a->target->label,
		.member = a->grant->member,
		.n_member = a->grant->n_member,
		.arena = &a->c->arena};
	return kind->along(&r, ret, ret_n, why);
}

static int along_begin(struct along *a, struct why *why)
{
	int rc = db_begin_read(a->c->db, why);

	if (rc < 0)
		return rc;
	rc = along_find(a, &a->c->world, a->c->db, &a->draft, &a->n, why);
	db_rollback(a->c->db);
	return rc;
}

static int still_along(void *ctx, const struct world *w, struct db *db, struct why *why)
{
	const struct along *a = ctx;
	struct draft *now;
	size_t n;
	int rc = along_find(a, w, db, &now, &n, why);
	bool same = rc == 0 && n == a->n;

	for (size_t i = 0; same && i < n; i++)
		same = slice_eq(now[i].content, a->draft[i].content);
	return rc < 0 || same ? rc
			      : why_set(why, E_CONFLICT, "/object",
					"something of it has been taken back meanwhile");
}

/* Somebody takes something back just now: so often it is looked at anew. */
#define ALONG_TRIES 8

/* The release, and in front of it what goes along. */
static int release_write(struct changing *c, const struct grant *g, const struct record *target,
	const struct draft *release, struct written *ret, struct why *why)
{
	struct along a = {.c = c, .grant = g, .target = target};
	int rc = E_CONFLICT;

	for (int i = 0; rc == E_CONFLICT && i < ALONG_TRIES; i++) {
		struct written *written;
		struct draft *d;

		rc = along_begin(&a, why);
		if (rc < 0)
			return rc;
		d = arena_array(&c->arena, struct draft, a.n + 1);
		written = arena_array(&c->arena, struct written, a.n + 1);
		if (a.n)
			memcpy(d, a.draft, a.n * sizeof(*d));
		d[a.n] = *release;
		rc = write_still(
			c->node, c->db, c->coalition, d, a.n + 1, still_along, &a, written, why);
		if (rc == 0)
			*ret = written[a.n];
	}
	return rc;
}

int record_release(const struct node *node, struct db *db, const struct id *coalition,
	const struct object_id *object, const struct id *add, size_t n, struct slice label,
	const struct seckey *officer_key, const struct id *officer, struct written *ret,
	struct why *why)
{
	struct changing c CLEANUP_CHANGING = {.node = node,
		.db = db,
		.coalition = coalition,
		.object = object,
		.arena = ARENA(256 * MIB)};
	struct grant g = {.kind = GRANT_RELEASE, .label = label};
	const struct record *newest;
	struct draft d;
	int rc = changing_begin(&c, why);

	if (rc < 0)
		return rc;
	newest = &c.version[c.n - 1];
	if (newest->state != ITEM_LIVE)
		return why_set(why, E_STATE, "/object", "the record is erased");
	if (n == 0 || n > LIMIT_MEMBERS)
		return why_set(why, E_INVALID, "/audience", "a release names 1 to %d members",
			LIMIT_MEMBERS);
	if (label.n)
		rc = release_label(&c, newest, label, officer_key, officer, why);
	if (rc < 0)
		return rc;
	(void)ids_sort(&c.arena, add, n, &g.member, &g.n_member);
	rc = grant_draft(&c, &g, &newest, 1, &d, why);
	if (rc < 0)
		return rc;
	if (label.n && officer_key && officer) {
		d.officer_key = officer_key;
		d.officer = *officer;
	}
	return release_write(&c, &g, newest, &d, ret, why);
}

/* ---- recall and erasure ---- */

static bool names_any(const struct record *r, const struct id *member, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bsearch(&member[i], r->audience, r->n_audience, sizeof(*member), id_cmp))
			return true;
	return false;
}

int record_recall(const struct node *node, struct db *db, const struct id *coalition,
	const struct object_id *object, const struct id *member, size_t n, struct written *ret,
	struct why *why)
{
	struct changing c CLEANUP_CHANGING = {.node = node,
		.db = db,
		.coalition = coalition,
		.object = object,
		.arena = ARENA(256 * MIB)};
	struct grant g = {.kind = GRANT_RECALL};
	const struct record **live;
	size_t n_live, kept = 0;
	int rc = changing_begin(&c, why);

	if (rc == 0)
		rc = take_back(&c, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (id_eq(&member[i], &node->self))
			return why_set(
				why, E_INVALID, "/audience", "an author keeps what it wrote");
	if (n == 0 || n > LIMIT_MEMBERS)
		return why_set(why, E_INVALID, "/audience", "a recall names 1 to %d members",
			LIMIT_MEMBERS);
	live = arena_array(&c.arena, const struct record *, c.n);
	n_live = targets_live(&c, live);
	for (size_t i = 0; i < n_live; i++)
		if (names_any(live[i], member, n))
			live[kept++] = live[i];
	if (kept == 0)
		return why_set(why, E_STATE, "/audience", "none of these members has the record");
	(void)ids_sort(&c.arena, member, n, &g.member, &g.n_member);
	return grants_write(&c, &g, live, kept, ret, why);
}

/* Whoever has ever had a version must be told, also those from whom it was recalled. */
static int erase_readers(struct changing *c, struct record *r, struct why *why)
{
	struct granted *row;
	const struct id *all;
	size_t n, at;
	int rc = fold_granted(
		c->db, c->coalition, &r->author, r->epoch, r->seq, &c->arena, &row, &n, why);

	if (rc < 0 || n == 0)
		return rc;
	struct id *id = arena_array(&c->arena, struct id, r->n_audience + n);
	memcpy(id, r->audience, r->n_audience * sizeof(*id));
	at = r->n_audience;
	for (size_t i = 0; i < n; i++)
		if (!id_is_zero(&row[i].member))
			id[at++] = row[i].member;
	(void)ids_sort(&c->arena, id, at, &all, &n);
	memcpy(id, all, n * sizeof(*id));
	r->audience = id;
	r->n_audience = n;
	return 0;
}

/* All versions that are live, or those of them whose `until` is at or before `until_ms`. */
static int erase(const struct node *node, struct db *db, const struct id *coalition,
	const struct object_id *object, int64_t until_ms, struct written *ret, struct why *why)
{
	struct changing c CLEANUP_CHANGING = {.node = node,
		.db = db,
		.coalition = coalition,
		.object = object,
		.arena = ARENA(256 * MIB)};
	struct grant g = {.kind = GRANT_ERASE};
	const struct record **live;
	size_t n;
	int rc = changing_begin(&c, why);

	/* What expires was written to. */
	if (rc == 0 && until_ms == 0)
		rc = take_back(&c, why);
	for (size_t i = 0; rc == 0 && i < c.n; i++) {
		int64_t until = c.version[i].until_ms;

		if (until_ms != 0 && (until == 0 || until > until_ms))
			c.version[i].state = ITEM_ERASED; /* as far as this is concerned */
		rc = erase_readers(&c, &c.version[i], why);
	}
	if (rc < 0)
		return rc;
	live = arena_array(&c.arena, const struct record *, c.n);
	n = targets_live(&c, live);
	if (n == 0)
		return why_set(why, E_STATE, "/object", "the record is erased already");
	return grants_write(&c, &g, live, n, ret, why);
}

int record_erase(const struct node *node, struct db *db, const struct id *coalition,
	const struct object_id *object, struct written *ret, struct why *why)
{
	return erase(node, db, coalition, object, 0, ret, why);
}

int record_expire(const struct node *node, struct db *db, const struct id *coalition,
	const struct object_id *object, int64_t now_ms, struct written *ret, struct why *why)
{
	MUST(now_ms > 0);
	return erase(node, db, coalition, object, now_ms, ret, why);
}
