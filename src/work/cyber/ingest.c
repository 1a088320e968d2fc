/*
 * ingest.c: see ingest.h. Objects are read one by one and laid into one group for each label that comes of it; a full batch becomes a draft, and
 * some of them together one transaction.
 */
#include "work/cyber/ingest.h"

#include "work/cyber/collection.h"

#include "work/cyber/canon.h"
#include "work/cyber/fold.h"
#include "work/cyber/list.h"

#include "base/map.h"
#include "base/report.h"
#include "base/vec.h"
#include "log/batch.h"

/* Drafts of one transaction: a few fsyncs for a bundle, and a few MiB in memory. */
#define DRAFTS_MAX 12

/* What is known of the objects of a batch, in their order (vec.h). */
struct known_list {
	struct stix_known *p; /* owned */
	size_t n, cap;
};

struct group {
	enum tlp tlp;
	bool held;
	struct buf batch; /* owned */
	struct known_list known;
};
#define GROUPS 12 /* TLP_NONE to TLP_RED, released and held */

/* A batch that waits to be written, and whose objects it has. */
struct waiting {
	struct group *group;
	struct buf batch; /* owned */
	struct known_list known;
	struct slice label; /* in the arena of the run */
};

struct run {
	const struct ingest *in;
	struct source *from;
	struct arena *arena, scratch;
	struct ingest_result result;
	size_t n_told_why, n_told_well; /* of the result's told: with a reason, without */
	struct group group[GROUPS];
	struct waiting waiting[DRAFTS_MAX];
	size_t n_waiting;
	struct map seen;       /* id and version → digest, of this run */
	struct map statements; /* ids of markings that narrow nothing */
	int64_t root;
	bool own_any; /* this member has objects already */
	bool reading; /* in a read transaction on in->db */
	struct why *why;
};

const char *ingest_verdict_name(enum verdict v)
{
	static const char *const names[] = {"written", "already", "held", "refused"};

	return names[v];
}

static void run_end(struct run *r)
{
	if (r->reading)
		db_rollback(r->in->db);
	for (size_t i = 0; i < GROUPS; i++) {
		buf_free(&r->group[i].batch);
		vec_free(&r->group[i].known);
	}
	for (size_t i = 0; i < DRAFTS_MAX; i++) {
		buf_free(&r->waiting[i].batch);
		vec_free(&r->waiting[i].known);
	}
	map_free(&r->seen);
	map_free(&r->statements);
	arena_free(&r->scratch);
}
#define CLEANUP_RUN __attribute__((cleanup(run_end)))

/* ---- verdicts ---- */

static void tell(
	struct run *r, enum verdict v, size_t i, const struct stix *s, const struct why *why)
{
	struct ingest_result *t = &r->result;

	size_t *told = why ? &r->n_told_why : &r->n_told_well;

	t->n[v]++;
	/* Neither kind crowds out the other. */
	if (*told == INGEST_TOLD || (!why && !r->in->tell_all))
		return;
	if (!t->told)
		t->told = arena_array(r->arena, struct ingest_told, 2 * INGEST_TOLD);
	++*told;
	struct ingest_told *one = &t->told[t->n_told++];
	*one = (struct ingest_told){.verdict = v, .index = i, .where = "", .text = ""};
	if (s) {
		one->id = arena_copy(r->arena, s->id);
		one->version = arena_copy(r->arena, s->version);
	}
	if (why) {
		one->where = arena_string(r->arena, slice_str(why->where));
		one->text = arena_string(r->arena, slice_str(why->text));
	}
}

/* ---- markings ---- */

static char known_marking; /* its address is the value in the map */

static void statement_note(struct run *r, const struct stix *s)
{
	if (slice_is(s->type, "marking-definition") &&
		marking_kind_of(s, &r->scratch) == MARKING_STATEMENT)
		(void)map_put(&r->statements, s->id, &known_marking);
}

/* Definitions in the bundle may stand behind what they mark; a spelling of the type with escapes is not found, and then the marking is unknown. */
static int statements_find(struct run *r)
{
	for (size_t i = 0; i < r->from->in.n; i++) {
		struct slice bytes;
		struct stix s;

		if (stix_source_get(r->from, i, &bytes, NULL) < 0 ||
			slice_search(bytes, SLICE("marking-definition\"")) < 0)
			continue;
		arena_reset(&r->scratch);
		if (stix_read(&s, &r->scratch, bytes, NULL) == 0)
			statement_note(r, &s);
	}
	return 0;
}

/* Only of this member's own definitions: what another says that a marking means must not widen what is released here. */
int ingest_marking_known(const struct world *w, const struct node *node, struct db *db,
	int64_t root, struct slice id, bool *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct list_query q = {.root = root,
		.id = &id,
		.n_id = 1,
		.limit = 1,
		.has_author = true,
		.author = node->self,
		.versions = VERSION_LAST};
	struct reader self = world_reader(w, &node->self);
	struct list_row *row;
	struct slice bytes;
	struct stix s;
	bool more;
	size_t n;
	int rc = stix_list_page(w, db, &self, &q, &arena, &row, &n, &more, why);

	*ret = false;
	if (rc < 0 || n == 0)
		return rc;
	rc = stix_list_bytes(db, row, 1, &arena, &bytes, why);
	if (rc == 0 && stix_read(&s, &arena, bytes, NULL) == 0)
		*ret = marking_kind_of(&s, &arena) == MARKING_STATEMENT;
	return rc;
}

static int marking_look(struct run *r, struct slice id, bool *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct world w;
	int rc = world_load(&w, r->in->node, r->in->db, &r->in->coalition, &arena, why);

	*ret = false;
	return rc < 0 ? rc
		      : ingest_marking_known(&w, r->in->node, r->in->db, r->root, id, ret, why);
}

static char unknown_marking;

/* Is every marking one whose meaning is known? */
static int markings_known(struct run *r, const struct marking *m, bool *ret, struct slice *ret_id)
{
	*ret = true;
	for (size_t i = 0; i < m->n_other; i++) {
		void *known = map_get(&r->statements, m->other[i]);
		bool here = false;
		int rc;

		if (!known) {
			rc = marking_look(r, m->other[i], &here, r->why);
			if (rc < 0)
				return rc;
			known = here ? &known_marking : &unknown_marking;
			(void)map_put(&r->statements, m->other[i], known);
		}
		if (known == &unknown_marking) {
			*ret = false;
			*ret_id = m->other[i];
		}
	}
	return 0;
}

/* ---- is it here already? ---- */

static int same_text(struct run *r, const struct own_version *v, const struct stix *s, bool *ret)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct buf a CLEANUP_BUF = BUF(4 * MIB), b CLEANUP_BUF = BUF(4 * MIB);
	struct list_row row = {.log = v->log, .seq = v->seq, .at = v->at, .n = v->n};
	struct slice bytes;
	struct stix old;
	int rc = stix_list_bytes(r->in->db, &row, 1, &arena, &bytes, r->why);

	*ret = false;
	if (rc < 0 || stix_read(&old, &arena, bytes, NULL) < 0)
		return rc;
	jcs_value(&old.doc, old.root, &arena, &a);
	jcs_value(&s->doc, s->root, &arena, &b);
	*ret = slice_eq(buf_slice(&a), buf_slice(&b));
	return 0;
}

/* One look at the store is one snapshot for all objects until something is written: a transaction for each would cost as much as the look. */
static int reading_begin(struct run *r)
{
	int rc = r->reading ? 0 : db_begin_read(r->in->db, r->why);

	r->reading = rc == 0;
	return rc;
}

static void reading_end(struct run *r)
{
	if (r->reading)
		db_rollback(r->in->db);
	r->reading = false;
}

/* 1: it is here; 0: it may go in; E_CONFLICT, E_STATE with the reason in *rule; else a failure of the machine. */
static int look_own(struct run *r, const struct stix *s, int64_t digest, struct why *rule)
{
	struct slice key = slice_of(s->version_key.text, s->version_key.n);
	struct own_version *v;
	bool same, any;
	size_t n;
	int rc = reading_begin(r);

	if (rc == 0)
		rc = stix_store_any(r->in->db, &s->uuid, &any, r->why);
	if (rc < 0 || !any)
		return rc;
	rc = stix_store_own(r->in->db, r->root, &r->in->node->self, r->in->source, s->type,
		&s->uuid, &r->scratch, &v, &n, r->why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (v[i].withdrawn)
			continue;
		if (v[i].revoked && slice_cmp(v[i].version_key, key) < 0)
			return why_set(rule, E_STATE, "/modified",
				"the object has been revoked: it has no later versions");
		if (!slice_eq(v[i].version_key, key))
			continue;
		if (v[i].digest == digest)
			return 1;
		rc = same_text(r, &v[i], s, &same);
		if (rc < 0)
			return rc;
		if (same)
			return 1;
		/* What has no versions is what was said of it last. */
		if (s->version.n)
			return why_set(rule, E_CONFLICT, "/modified",
				"another object with this id and version is here");
	}
	return rc;
}

/* The same, among those of this very input. */
static int look_seen(struct run *r, const struct stix *s, int64_t digest, struct why *rule)
{
	struct buf key CLEANUP_BUF = BUF(LIMIT_STIX_ID + WHEN_KEY_MAX + 2);
	void *before;

	buf_slice_add(&key, s->id);
	buf_byte(&key, ' ');
	buf_str(&key, s->version_key.text);
	before = map_get(&r->seen, buf_slice(&key));
	if (!before) {
		/* Never NULL: the lowest bit is set. */
		(void)map_put(&r->seen, buf_slice(&key), (void *)(uintptr_t)(digest | 1));
		return 0;
	}
	if ((uintptr_t)before == (uintptr_t)(digest | 1))
		return 1;
	if (!s->version.n)
		return 0;
	return why_set(rule, E_CONFLICT, "/modified",
		"another object with this id and version stands before it");
}

/* ---- batches ---- */

static int label_of(struct run *r, const struct group *g, struct slice *ret)
{
	struct buf label CLEANUP_BUF = BUF(4 * KIB);
	int rc = marking_narrow(r->in->label, g->tlp, &label, r->why);

	if (rc == 0)
		*ret = arena_copy(r->arena, buf_slice(&label));
	return rc;
}

static struct draft draft_of(const struct run *r, const struct waiting *w)
{
	struct draft d = {.mode = r->in->mode,
		.kind = SLICE(KIND_STIX),
		.label = w->label,
		.all = r->in->all,
		.member = r->in->member,
		.n_member = r->in->n_member,
		.media = SLICE(BATCH_MEDIA),
		.content = buf_slice(&w->batch),
		.known = w->known.p,
		.n_known = w->known.n,
		.beside = r->in->source ? inbox_note : NULL,
		.beside_ctx = r->in->source};

	if (w->group->held) {
		d.all = false;
		d.member = &r->in->node->self;
		d.n_member = 1;
	}
	return d;
}

static int write_waiting(struct run *r)
{
	struct draft d[DRAFTS_MAX];
	struct written written[DRAFTS_MAX];
	int rc;

	if (r->n_waiting == 0)
		return 0;
	for (size_t i = 0; i < r->n_waiting; i++)
		d[i] = draft_of(r, &r->waiting[i]);
	reading_end(r);
	rc = r->in->write(r->in->ctx, &r->in->coalition, d, r->n_waiting, written, r->why);
	for (size_t i = 0; i < r->n_waiting; i++) {
		struct waiting *w = &r->waiting[i];

		if (rc == 0) {
			r->result.entries++;
			r->result.bytes += w->batch.n;
			r->result.n[w->group->held ? VERDICT_HELD : VERDICT_WRITTEN] += w->known.n;
		}
		buf_free(&w->batch);
		vec_free(&w->known);
	}
	r->n_waiting = 0;
	return rc;
}

/* The group's batch is full, or the input has ended. */
static int batch_close(struct run *r, struct group *g)
{
	struct waiting *w = &r->waiting[r->n_waiting];
	int rc;

	if (g->known.n == 0)
		return 0;
	*w = (struct waiting){.group = g, .batch = g->batch, .known = g->known};
	g->batch = BUF(LIMIT_PAYLOAD_CONTENT);
	g->known = (struct known_list){0};
	r->n_waiting++;
	rc = label_of(r, g, &w->label);
	return rc == 0 && r->n_waiting == DRAFTS_MAX ? write_waiting(r) : rc;
}

static int batch_put(
	struct run *r, struct group *g, const struct stix *s, enum tlp tlp, int64_t digest)
{
	int rc = 0;

	if (g->known.n == LIMIT_BATCH_OBJECTS ||
		g->batch.n + 4 + s->bytes.n > LIMIT_PAYLOAD_CONTENT)
		rc = batch_close(r, g);
	if (rc < 0)
		return rc;
	batch_add(&g->batch, s->bytes);
	vec_push(&g->known, stix_known_of(s, tlp, digest));
	return 0;
}

/* ---- one object ---- */

static int hold_text(struct why *why, enum tlp tlp, bool known, struct slice id)
{
	if (!known)
		return why_set(why, E_DENIED, "/object_marking_refs",
			"held back: nobody has told what the marking %.*s means", SLICE_FMT(id));
	return why_set(why, E_DENIED, "/object_marking_refs",
		"held back: %s is for named recipients", tlp_name(tlp));
}

static int object_take(struct run *r, size_t i, const struct stix *s)
{
	struct why rule = {0};
	struct marking m;
	struct slice unknown = SLICE_NONE;
	bool known, red;
	int64_t digest = stix_digest(s->bytes);
	int rc = look_seen(r, s, digest, &rule);

	if (rc == 0 && r->own_any)
		rc = look_own(r, s, digest, &rule);
	if (rc == 1) {
		tell(r, VERDICT_ALREADY, i, s, NULL);
		return 0;
	}
	if (rc < 0 && rule.code) {
		tell(r, VERDICT_REFUSED, i, s, &rule);
		return 0;
	}
	if (rc < 0)
		return rc;
	marking_read(s, &r->scratch, &m);
	rc = markings_known(r, &m, &known, &unknown);
	if (rc < 0)
		return rc;
	red = m.tlp == TLP_RED && r->in->all;
	if (!known || red)
		(void)!hold_text(&rule, m.tlp, known, unknown);
	/* Counted when it is on disk. */
	enum verdict v = known && !red ? VERDICT_WRITTEN : VERDICT_HELD;
	tell(r, v, i, s, rule.code ? &rule : NULL);
	r->result.n[v]--;
	return batch_put(r, &r->group[2 * m.tlp + (v == VERDICT_HELD)], s, m.tlp, digest);
}

static int object_next(struct run *r, size_t i)
{
	struct slice bytes;
	struct why rule = {0};
	struct stix s;
	int rc = stix_source_get(r->from, i, &bytes, &rule);

	arena_reset(&r->scratch);
	r->result.objects++;
	if (rc == E_IO) {
		if (r->why)
			*r->why = rule;
		return rc;
	}
	if (rc == 0)
		rc = stix_read(&s, &r->scratch, bytes, &rule);
	if (rc < 0) {
		tell(r, VERDICT_REFUSED, i, NULL, &rule);
		return 0;
	}
	return object_take(r, i, &s);
}

static int own_any(struct run *r)
{
	struct stmt *s = db_stmt(
		r->in->db, "SELECT 1 FROM cyber_batch WHERE root = $1 AND author = $2 LIMIT 1");
	int rc;

	db_bind_i64(s, 1, r->root);
	db_bind_blob(s, 2, id_slice(&r->in->node->self));
	rc = db_step(s, r->why);
	r->own_any = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int root_find(struct run *r)
{
	struct coalition c;
	int rc = coalition_load(r->in->db, &r->in->coalition, r->arena, &c, r->why);

	if (rc == 0)
		r->root = cyber_root(&c, r->in->mode);
	return rc;
}

int ingest_run(const struct ingest *in, struct source *from, struct arena *arena,
	struct ingest_result *ret, struct why *why)
{
	struct run r CLEANUP_RUN = {
		.in = in, .from = from, .arena = arena, .scratch = ARENA(256 * MIB), .why = why};
	int rc;

	for (size_t i = 0; i < GROUPS; i++)
		r.group[i] = (struct group){.tlp = (enum tlp)(i / 2),
			.held = i % 2 == 1,
			.batch = BUF(LIMIT_PAYLOAD_CONTENT)};
	rc = root_find(&r);
	if (rc == 0)
		rc = own_any(&r);
	if (rc == 0)
		rc = statements_find(&r);
	for (size_t i = 0; rc == 0 && i < from->in.n; i++) {
		rc = object_next(&r, i);
		if (in->progress && i % 1024 == 0)
			in->progress(in->progress_ctx, i, from->in.n);
	}
	for (size_t i = 0; rc == 0 && i < GROUPS; i++)
		rc = batch_close(&r, &r.group[i]);
	if (rc == 0)
		rc = write_waiting(&r);
	*ret = r.result;
	return rc;
}
