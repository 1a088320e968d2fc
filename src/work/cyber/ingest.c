/*
 * ingest.c: see ingest.h. Objects are read one by one and laid into one group for each label that comes of it; a full batch becomes a draft, and
 * some of them together one transaction.
 */
#include "work/cyber/ingest.h"

#include "work/cyber/collection.h"

#include "work/cyber/fold.h"
#include "work/cyber/look.h"
#include "work/cyber/pattern.h"
#include "work/cyber/wish.h"

#include "base/map.h"
#include "base/report.h"
#include "base/vec.h"
#include "log/batch.h"

/* Drafts of one transaction: a few fsyncs for a bundle, and a few MiB in memory. */
#define DRAFTS_MAX 12
/* So often is judged anew what somebody else has changed in between: each time he got something done. */
#define TRIES_MAX 16

/* What is known of the objects of a batch, in their order (vec.h). */
struct known_list {
	struct stix_known *p; /* owned */
	size_t n, cap;
};

/* A batch, what is known of its objects, and which of the input they are. */
struct batch {
	struct buf bytes; /* owned */
	struct known_list known;
	VEC(size_t) index;
	struct look_mark looked; /* before any of them was looked up */
};

struct group {
	enum tlp tlp;
	bool held;
	struct slice label; /* that its objects are written under; in the arena of the run */
	struct batch batch;
};
#define GROUPS 12 /* TLP_NONE to TLP_RED, released and held */

/* A batch that waits to be written, and whose objects it has. */
struct waiting {
	struct group *group;
	struct batch batch;
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
	struct world world;
	int64_t root;
	struct wish wish;
	bool own_any;		 /* this member has objects already */
	bool reading;		 /* in a read transaction on in->db */
	struct look_mark looked; /* when it began */
	struct why *why;
};

const char *ingest_verdict_name(enum verdict v)
{
	static const char *const names[] = {"written", "already", "held", "refused"};

	return names[v];
}

static void batch_free(struct batch *b)
{
	buf_free(&b->bytes);
	vec_free(&b->known);
	vec_free(&b->index);
}

static void run_end(struct run *r)
{
	if (r->reading)
		db_rollback(r->in->db);
	for (size_t i = 0; i < GROUPS; i++)
		batch_free(&r->group[i].batch);
	for (size_t i = 0; i < DRAFTS_MAX; i++)
		batch_free(&r->waiting[i].batch);
	wish_end(&r->wish);
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

/* One that was to go in, and about which there is something else to say now. */
static void tell_again(
	struct run *r, enum verdict v, size_t i, const struct stix *s, const struct why *why)
{
	for (size_t k = 0; k < r->result.n_told; k++) {
		struct ingest_told *one = &r->result.told[k];

		if (one->index != i)
			continue;
		one->verdict = v;
		one->where = why ? arena_string(r->arena, slice_str(why->where)) : "";
		one->text = why ? arena_string(r->arena, slice_str(why->text)) : "";
		r->result.n[v]++;
		return;
	}
	tell(r, v, i, s, why);
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

static char unknown_marking;

/* Is every marking one whose meaning is known? Not looked at further than the first that is not. */
static int markings_known(struct run *r, const struct marking *m, bool *ret, struct slice *ret_id)
{
	*ret = true;
	for (size_t i = 0; i < m->n_other && *ret; i++) {
		void *known = map_get(&r->statements, m->other[i]);
		bool here = false;
		int rc;

		if (!known) {
			rc = ingest_marking_known(&r->world, r->in->node, r->in->db, r->root,
				m->other[i], &here, r->why);
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

/* One look at the store is one snapshot for all objects until something is written: a transaction for each would cost as much as the look. */
static int reading_begin(struct run *r)
{
	int rc = r->reading ? 0 : db_begin_read(r->in->db, r->why);

	if (rc == 0 && !r->reading) {
		r->reading = true;
		wish_again(&r->wish);
		rc = look_mark_read(r->in->db, r->root, &r->looked, r->why);
	}
	return rc;
}

static void reading_end(struct run *r)
{
	if (r->reading)
		db_rollback(r->in->db);
	r->reading = false;
}

/* Objects with this marking: those that go out, or those that are held back. */
static struct group *group_of(struct run *r, enum tlp tlp, bool held)
{
	return &r->group[2 * tlp + held];
}

static int look_own(struct run *r, const struct stix *s, const struct group *g, int64_t digest,
	bool *ret_here, struct why *rule)
{
	struct look x = look_of(s, digest);
	int rc = reading_begin(r);

	x.wish = &r->wish;
	x.label = g->label;
	return rc < 0 ? rc
		      : look_up(r->in->db, r->root, &r->in->node->self, r->in->source, &x,
				&r->scratch, ret_here, rule, r->why);
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

/* ---- judged where it is written ---- */

/* One of those in front of it, in no table yet, has an id of its own, or cannot be looked into. */
static bool written_before(const struct admitting *a)
{
	const struct stix_known *known = a->draft->known;
	struct map ids = {0};
	bool found = false;

	for (size_t i = 0; !found && i < a->n_before; i++) {
		const struct draft *b = a->before[i];
		const struct stix_known *theirs = b->known;

		if (!slice_is(b->kind, KIND_STIX) || b->mode != a->draft->mode ||
			(b->still == a->draft->still && b->still_ctx == a->draft->still_ctx))
			continue;
		if (ids.n == 0)
			for (size_t k = 0; k < a->draft->n_known; k++)
				(void)map_put(&ids, slice_of(known[k].uuid.b, 16),
					(void *)(uintptr_t)&known[k]);
		found = !theirs;
		for (size_t k = 0; !found && k < b->n_known; k++)
			found = map_get(&ids, slice_of(theirs[k].uuid.b, 16)) != NULL;
	}
	map_free(&ids);
	return found;
}

static int object_still(const struct run *r, const struct admitting *a, const struct waiting *w,
	struct wish *wish, struct slice bytes, const struct stix_known *k, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct look x = {.bytes = bytes,
		.type = slice_sub(bytes, k->type_at, k->type_at + k->type_n),
		.uuid = &k->uuid,
		.key = slice_of(k->version_key.text, k->version_key.n),
		.digest = k->digest};
	struct why rule = {0};
	struct stix s;
	bool here;
	int rc = k->whole ? 0 : stix_read(&s, &arena, bytes, why);

	if (rc == 0 && !k->whole)
		x = look_of(&s, k->digest);
	/* What is held back goes in once. */
	x.wish = w->group->held ? NULL : wish;
	x.label = w->group->label;
	if (rc == 0)
		rc = look_up(a->db, r->root, &r->in->node->self, r->in->source, &x, &arena, &here,
			&rule, why);
	return rc == 0 || (rc < 0 && !rule.code)
		       ? rc
		       : why_set(why, E_CONFLICT, "", "somebody has written it since");
}

/* What was looked up before holds: nobody has written since, or nothing that touches these. */
static int batch_still(const void *ctx, const struct admitting *a, struct why *why)
{
	const struct run *r = ctx;
	const struct waiting *w = r->waiting;
	struct slice rest, bytes;
	struct look_mark now;
	struct wish wish = r->wish;
	uint64_t at;
	int rc = look_mark_read(a->db, r->root, &now, why);

	while (w->batch.known.p != a->draft->known)
		w++;
	if (rc == 0 && written_before(a))
		return why_set(why, E_CONFLICT, "", "somebody writes it at this moment");
	if (rc < 0 || look_mark_eq(&now, &w->batch.looked))
		return rc;
	wish.room = ARENA(MIB);
	wish_again(&wish);
	rest = buf_slice(&w->batch.bytes);
	for (size_t i = 0; rc == 0 && i < w->batch.known.n; i++) {
		rc = batch_next(buf_slice(&w->batch.bytes), &rest, &bytes, &at, why);
		MUST(rc != 0);
		if (rc == 1)
			rc = object_still(r, a, w, &wish, bytes, &w->batch.known.p[i], why);
	}
	wish_end(&wish);
	return rc;
}

static struct draft draft_of(const struct run *r, const struct waiting *w)
{
	struct draft d = {.mode = r->in->mode,
		.kind = SLICE(KIND_STIX),
		.label = w->group->label,
		.all = r->in->all,
		.member = r->in->member,
		.n_member = r->in->n_member,
		.media = SLICE(BATCH_MEDIA),
		.content = buf_slice(&w->batch.bytes),
		.known = w->batch.known.p,
		.n_known = w->batch.known.n,
		.still = batch_still,
		.still_ctx = r,
		.beside = r->in->source ? inbox_note : NULL,
		.beside_ctx = r->in->source};

	if (w->group->held) {
		d.all = false;
		d.member = &r->in->node->self;
		d.n_member = 1;
	}
	return d;
}

/* ---- written ---- */

static int waiting_write(struct run *r, struct why *why)
{
	struct draft d[DRAFTS_MAX];
	struct written written[DRAFTS_MAX];
	int rc;

	for (size_t i = 0; i < r->n_waiting; i++)
		d[i] = draft_of(r, &r->waiting[i]);
	reading_end(r);
	rc = r->in->write(r->in->ctx, &r->in->coalition, d, r->n_waiting, written, why);
	for (size_t i = 0; rc == 0 && i < r->n_waiting; i++) {
		const struct waiting *w = &r->waiting[i];

		r->result.entries++;
		r->result.bytes += w->batch.bytes.n;
		r->result.n[w->group->held ? VERDICT_HELD : VERDICT_WRITTEN] += w->batch.known.n;
		r->own_any = true;
	}
	return rc;
}

/* Of a batch what may still go in; of the others it is told why not. */
static int batch_again(struct run *r, const struct group *g, struct batch *b)
{
	struct batch kept = {.bytes = BUF(LIMIT_PAYLOAD_CONTENT)};
	struct slice rest = buf_slice(&b->bytes), bytes;
	uint64_t at;
	int rc = reading_begin(r);

	kept.looked = r->looked;
	for (size_t i = 0; rc == 0 && i < b->known.n; i++) {
		struct why rule = {0};
		struct stix s;
		bool here;

		arena_reset(&r->scratch);
		rc = batch_next(buf_slice(&b->bytes), &rest, &bytes, &at, r->why);
		MUST(rc != 0);
		if (rc == 1)
			rc = stix_read(&s, &r->scratch, bytes, r->why);
		if (rc == 0)
			rc = look_own(r, &s, g, b->known.p[i].digest, &here, &rule);
		if (rc == 0 && g->held && here) { /* why it is held back has been told */
			r->result.n[VERDICT_HELD]++;
			r->result.held_again++;
		} else if (rc == 0) {
			batch_add(&kept.bytes, bytes);
			vec_push(&kept.known, b->known.p[i]);
			vec_push(&kept.index, b->index.p[i]);
		} else if (rc == 1 || rule.code) {
			tell_again(r, rc == 1 ? VERDICT_ALREADY : VERDICT_REFUSED, b->index.p[i],
				&s, rc == 1 ? NULL : &rule);
			rc = 0;
		}
	}
	batch_free(b);
	*b = kept;
	return rc;
}

/* Somebody else has been here in between: all that waits is judged anew. */
static int waiting_again(struct run *r)
{
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->n_waiting; i++)
		rc = batch_again(r, r->waiting[i].group, &r->waiting[i].batch);
	for (size_t i = 0; i < r->n_waiting; i++) {
		struct waiting w = r->waiting[i];

		r->waiting[i] = (struct waiting){0};
		if (w.batch.known.n)
			r->waiting[n++] = w;
		else
			batch_free(&w.batch);
	}
	r->n_waiting = n;
	return rc;
}

static int write_waiting(struct run *r)
{
	struct why why = {0};
	int rc = r->n_waiting ? waiting_write(r, &why) : 0;

	for (int i = 0; rc == E_CONFLICT && i < TRIES_MAX; i++) {
		rc = waiting_again(r);
		if (rc < 0)
			return rc;
		rc = r->n_waiting ? waiting_write(r, &why) : 0;
	}
	for (size_t i = 0; i < r->n_waiting; i++)
		batch_free(&r->waiting[i].batch);
	r->n_waiting = 0;
	if (rc == E_CONFLICT)
		return why_set(
			r->why, E_BUSY, "", "others write the same objects: send them again");
	if (rc < 0 && r->why)
		*r->why = why;
	return rc;
}

/* ---- batches ---- */

/* The group's batch is full, or the input has ended. */
static int batch_close(struct run *r, struct group *g)
{
	if (g->batch.known.n == 0)
		return 0;
	r->waiting[r->n_waiting++] = (struct waiting){.group = g, .batch = g->batch};
	g->batch = (struct batch){.bytes = BUF(LIMIT_PAYLOAD_CONTENT)};
	return r->n_waiting == DRAFTS_MAX ? write_waiting(r) : 0;
}

static int batch_put(struct run *r, struct group *g, size_t i, const struct stix *s, enum tlp tlp,
	int64_t digest)
{
	int rc = 0;

	if (g->batch.known.n == LIMIT_BATCH_OBJECTS ||
		g->batch.bytes.n + BATCH_FRAME + s->bytes.n > LIMIT_PAYLOAD_CONTENT)
		rc = batch_close(r, g);
	if (rc < 0)
		return rc;
	if (g->batch.known.n == 0)
		g->batch.looked = r->looked;
	batch_add(&g->batch.bytes, s->bytes);
	vec_push(&g->batch.known, stix_known_of(s, tlp, digest));
	vec_push(&g->batch.index, i);
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
	bool known, red, here = false;
	int64_t digest = stix_digest(s->bytes);
	int rc = look_seen(r, s, digest, &rule);

	marking_read(s, &r->scratch, &m);
	if (rc == 0 && r->own_any)
		rc = look_own(r, s, group_of(r, m.tlp, false), digest, &here, &rule);
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
	rc = markings_known(r, &m, &known, &unknown);
	if (rc < 0)
		return rc;
	red = m.tlp == TLP_RED && r->in->all;
	if (!known || red)
		(void)!hold_text(&rule, m.tlp, known, unknown);
	if (here && rule.code) {
		r->result.held_again++;
		tell(r, VERDICT_HELD, i, s, &rule);
		return 0;
	}
	/* Counted when it is on disk. */
	enum verdict v = known && !red ? VERDICT_WRITTEN : VERDICT_HELD;
	tell(r, v, i, s, rule.code ? &rule : NULL);
	r->result.n[v]--;
	return batch_put(r, group_of(r, m.tlp, v == VERDICT_HELD), i, s, m.tlp, digest);
}

/* What nobody's matcher can read goes to no partner. A larger pattern than ours takes, or of another language, may be for theirs. */
static int pattern_check(const struct stix *s, struct arena *a, struct why *why)
{
	struct pattern *p CLEANUP_PATTERN = NULL;
	struct why rule = {0};

	if (!slice_is(s->type, "indicator") || s->revoked ||
		pattern_of_indicator(&p, &s->doc, s->root, a, &rule) != E_SYNTAX)
		return 0;
	return why_set(why, E_INVALID, "/pattern", "%s: %s", rule.where, rule.text);
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
	if (rc == 0)
		rc = pattern_check(&s, &r->scratch, &rule);
	if (rc < 0) {
		tell(r, VERDICT_REFUSED, i, NULL, &rule);
		return 0;
	}
	return object_take(r, i, &s);
}

/* The mark first: what comes in between is then seen as new. */
static int own_any(struct run *r)
{
	int rc = look_mark_read(r->in->db, r->root, &r->looked, r->why);

	return rc < 0 ? rc : look_any(r->in->db, r->root, &r->in->node->self, &r->own_any, r->why);
}

/* What all objects are judged by: the coalition as it stands now, and the label of each group. */
static int run_begin(struct run *r)
{
	const struct ingest *in = r->in;
	int rc = world_load(&r->world, in->node, in->db, &in->coalition, r->arena, r->why);

	if (rc == 0) {
		r->root = cyber_root(&r->world.coalition, in->mode);
		wish_of(&r->wish, in, &r->world, r->arena);
	}
	for (size_t i = 0; rc == 0 && i < GROUPS; i++) {
		struct buf label CLEANUP_BUF = BUF(4 * KIB);

		rc = marking_narrow(in->label, r->group[i].tlp, &label, r->why);
		if (rc == 0)
			r->group[i].label = arena_copy(r->arena, buf_slice(&label));
	}
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
			.batch = {.bytes = BUF(LIMIT_PAYLOAD_CONTENT)}};
	rc = run_begin(&r);
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
