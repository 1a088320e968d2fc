/* api_view.c: what the coalition sees, at a glance: techniques of ATT&CK, sightings over time. */
#include "work/cyber/api.h"

#include "work/cyber/index.h"

#include "base/map.h"
#include "base/report.h"
#include "base/vec.h"

/*
 * What a view looks at, of each member: ATT&CK has about 1,200 techniques and 50 tactics. Counted for each by himself, so that nobody crowds out the others;
 * what is more is said (`cut`).
 */
#define VIEW_OBJECTS 10000
#define VIEW_BYTES   (64 * MIB)
#define VIEW_PAGE    500
/* What is kept of them, of all members together. */
#define VIEW_KEPT	20000
#define VIEW_MATRICES	100
#define VIEW_PHASES	16
#define VIEW_TACTICS	64
#define VIEW_NAME_BYTES 640

struct view {
	struct call *c;
	int64_t root;
	struct map seen; /* digests: what several have published is looked at once */
	bool cut;
};

static char seen_mark; /* its address is the value in the map */

static bool view_new(struct view *v, const struct list_walk *k)
{
	int64_t digest = stix_digest(k->bytes);
	struct slice key = slice_of(&digest, sizeof(digest));

	if (map_has(&v->seen, key))
		return false;
	(void)map_put(&v->seen, key, &seen_mark);
	return true;
}

typedef int view_take(void *ctx, struct list_walk *k);

static int page_walk(struct view *v, const struct list_query *q, view_take *take, void *ctx,
	int64_t *ret_last, size_t *ret_bytes, bool *ret_more)
{
	struct arena rows CLEANUP_ARENA = ARENA(16 * MIB);
	struct call *c = v->c;
	struct list_row *row;
	size_t n;
	int rc;

	TRY(stix_list_page(&c->world, c->db, &c->reader, q, &rows, &row, &n, ret_more, &c->why));
	struct list_walk k CLEANUP_WALK = stix_walk(c->db, row, n);
	while ((rc = stix_walk_next(&k, &c->why)) > 0) {
		*ret_bytes += k.bytes.n;
		if (view_new(v, &k))
			TRY(take(ctx, &k));
	}
	*ret_last = n ? row[n - 1].added : 0;
	*ret_more = *ret_more && n > 0;
	return rc;
}

/* Objects of one type and author, the newest first. */
static int author_walk(
	struct view *v, const char *type, const struct id *author, view_take *take, void *ctx)
{
	struct slice one = slice_str(type);
	struct list_query q = {.root = v->root,
		.type = &one,
		.n_type = 1,
		.limit = VIEW_PAGE,
		.has_author = true,
		.author = *author,
		.down = true};
	size_t n = 0, bytes = 0;
	bool more = true;

	for (; more && n < VIEW_OBJECTS && bytes < VIEW_BYTES; n += VIEW_PAGE)
		TRY(page_walk(v, &q, take, ctx, &q.after, &bytes, &more));
	v->cut |= more;
	return 0;
}

static int type_walk(struct view *v, const char *type, view_take *take, void *ctx)
{
	const struct world *w = &v->c->world;

	for (size_t i = 0; i < w->n_party; i++)
		TRY(author_walk(v, type, &w->party[i].id, take, ctx));
	return 0;
}

/* Those at these places. */
static int added_walk(
	struct view *v, const int64_t *added, size_t n_added, view_take *take, void *ctx)
{
	struct call *c = v->c;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n_added; i += VIEW_PAGE) {
		size_t part = n_added - i < VIEW_PAGE ? n_added - i : VIEW_PAGE, n;
		struct arena rows CLEANUP_ARENA = ARENA(16 * MIB);
		struct list_row *row;

		TRY(stix_list_added(&c->world, c->db, &c->reader, v->root, added + i, part, &rows,
			&row, &n, &c->why));
		struct list_walk k CLEANUP_WALK = stix_walk(c->db, row, n);
		while ((rc = stix_walk_next(&k, &c->why)) > 0)
			if (view_new(v, &k))
				TRY(take(ctx, &k));
	}
	return rc;
}

static int64_t time_of(const struct stix *s, const char *key, struct arena *arena)
{
	int64_t ms;

	return when_ms(stix_text(s, key, arena), &ms) == 0 ? ms : 0;
}

/* A text that is kept: its beginning. */
static struct slice keep(const struct view *v, struct slice text)
{
	struct slice part = slice_sub(text, 0, VIEW_NAME_BYTES);

	while (part.n < text.n && part.n && (text.p[part.n] & 0xc0) == 0x80)
		part.n--;
	return arena_copy(v->c->arena, part);
}

/* ---- the matrix ---- */

struct tally {
	unsigned sightings, indicators;
};

struct phase {
	struct slice chain, name;
};

/* A technique, a tactic or a matrix, as far as the view needs it. */
struct part {
	struct slice id, name, number;
	struct slice shortname, domain; /* of a tactic; of a matrix */
	struct slice *tactic;		/* of a matrix */
	struct phase *phase;		/* of a technique */
	size_t n_tactic, n_phase;
};

struct parts {
	struct matrix *m;
	VEC(struct part) part; /* owned */
	size_t most;
	struct map by_id;
};

struct matrix {
	struct view v;
	struct map tally; /* id of a technique or indicator → struct tally in the arena */
	struct parts tactics, techniques, matrices;
};

static void matrix_end(struct matrix *m)
{
	struct parts *p[] = {&m->tactics, &m->techniques, &m->matrices};

	for (size_t i = 0; i < sizeof(p) / sizeof(*p); i++) {
		vec_free(&p[i]->part);
		map_free(&p[i]->by_id);
	}
	map_free(&m->tally);
	map_free(&m->v.seen);
}

static struct tally *tally_of(struct matrix *m, struct slice id)
{
	struct tally *t = map_get(&m->tally, id);

	if (!t) {
		t = arena_new(m->v.c->arena, struct tally);
		(void)map_put(&m->tally, id, t);
	}
	return t;
}

static unsigned count_of(const struct stix *s)
{
	int64_t n;

	if (json_i64(&s->doc, stix_get(s, "count"), &n) < 0 || n < 1)
		return 1;
	return n < 1000000 ? (unsigned)n : 1000000;
}

static int sighting_count(void *ctx, struct list_walk *k)
{
	struct matrix *m = ctx;

	tally_of(m, stix_text(&k->s, "sighting_of_ref", &k->arena))->sightings += count_of(&k->s);
	return 0;
}

static int link_count(void *ctx, struct list_walk *k)
{
	struct matrix *m = ctx;
	struct tally *of = map_get(&m->tally, stix_text(&k->s, "source_ref", &k->arena));
	struct tally *t = tally_of(m, stix_text(&k->s, "target_ref", &k->arena));

	t->indicators++;
	t->sightings += of ? of->sightings : 0;
	return 0;
}

/* Sightings of techniques and of indicators; then what indicators point at. */
static int tally_take(struct matrix *m)
{
	struct call *c = m->v.c;
	int64_t *added;
	size_t n;

	TRY(type_walk(&m->v, "sighting", sighting_count, m));
	TRY(stix_index_pointing(c->db, m->v.root, "indicator", "source_ref", VIEW_OBJECTS, c->arena,
		&added, &n, &c->why));
	m->v.cut |= n == VIEW_OBJECTS;
	return added_walk(&m->v, added, n, link_count, m);
}

static struct slice attack_id(const struct stix *s, struct arena *arena)
{
	json_ref list = stix_get(s, "external_references");

	for (json_ref v = json_first(&s->doc, list); v; v = json_next(&s->doc, v))
		if (slice_starts(json_string(&s->doc, json_get(&s->doc, v, "source_name"), arena),
			    "mitre"))
			return json_string(&s->doc, json_get(&s->doc, v, "external_id"), arena);
	return SLICE_NONE;
}

static bool out_of_use(const struct stix *s)
{
	return s->revoked || json_true(&s->doc, stix_get(s, "x_mitre_deprecated"));
}

static void phases_keep(
	struct parts *p, struct part *x, const struct stix *s, struct arena *scratch)
{
	json_ref list = stix_get(s, "kill_chain_phases");

	x->phase = arena_array(p->m->v.c->arena, struct phase, VIEW_PHASES);
	for (json_ref v = json_first(&s->doc, list); v && x->n_phase < VIEW_PHASES;
		v = json_next(&s->doc, v)) {
		struct phase *f = &x->phase[x->n_phase++];

		f->chain = keep(&p->m->v,
			json_string(&s->doc, json_get(&s->doc, v, "kill_chain_name"), scratch));
		f->name = keep(&p->m->v,
			json_string(&s->doc, json_get(&s->doc, v, "phase_name"), scratch));
	}
}

static void tactics_keep(
	struct parts *p, struct part *x, const struct stix *s, struct arena *scratch)
{
	json_ref list = stix_get(s, "tactic_refs");

	x->tactic = arena_array(p->m->v.c->arena, struct slice, VIEW_TACTICS);
	for (json_ref v = json_first(&s->doc, list); v && x->n_tactic < VIEW_TACTICS;
		v = json_next(&s->doc, v))
		x->tactic[x->n_tactic++] = keep(&p->m->v, json_string(&s->doc, v, scratch));
}

/* Of several who have published under one id the first one that is in use. */
static int part_take(void *ctx, struct list_walk *k)
{
	struct parts *p = ctx;
	const struct stix *s = &k->s;
	struct part x = {0};

	if (out_of_use(s) || map_has(&p->by_id, s->id))
		return 0;
	if (p->part.n == p->most) {
		p->m->v.cut = true;
		return 0;
	}
	x.id = keep(&p->m->v, s->id);
	x.name = keep(&p->m->v, stix_text(s, "name", &k->arena));
	x.number = keep(&p->m->v, attack_id(s, &k->arena));
	x.shortname = keep(&p->m->v, stix_text(s, "x_mitre_shortname", &k->arena));
	x.domain = keep(
		&p->m->v, json_string(&s->doc, json_first(&s->doc, stix_get(s, "x_mitre_domains")),
				  &k->arena));
	if (slice_is(s->type, "attack-pattern"))
		phases_keep(p, &x, s, &k->arena);
	if (slice_is(s->type, "x-mitre-matrix"))
		tactics_keep(p, &x, s, &k->arena);
	(void)map_put(&p->by_id, x.id, &seen_mark);
	vec_push(&p->part, x);
	return 0;
}

static bool in_tactic(const struct part *x, struct slice chain, struct slice shortname)
{
	for (size_t i = 0; i < x->n_phase; i++)
		if (slice_eq(x->phase[i].name, shortname) && slice_eq(x->phase[i].chain, chain))
			return true;
	return false;
}

static void technique_put(struct matrix *m, const struct part *x)
{
	struct json_out *o = &m->v.c->o;
	struct tally *t = map_get(&m->tally, x->id);

	json_open(o, '{');
	json_put_string(o, "id", x->id);
	put_text(o, "number", x->number.n ? x->number : SLICE_NONE);
	json_put_string(o, "name", x->name);
	json_put_u64(o, "sightings", t ? t->sightings : 0);
	json_put_u64(o, "indicators", t ? t->indicators : 0);
	json_close(o);
}

static void tactic_put(struct matrix *m, const struct part *tactic, struct slice chain)
{
	struct json_out *o = &m->v.c->o;

	json_open(o, '{');
	json_put_string(o, "id", tactic->id);
	json_put_string(o, "name", tactic->name);
	json_open_at(o, "techniques", '[');
	for (size_t i = 0; i < m->techniques.part.n; i++)
		if (in_tactic(&m->techniques.part.p[i], chain, tactic->shortname))
			technique_put(m, &m->techniques.part.p[i]);
	json_close(o);
	json_close(o);
}

/* "enterprise-attack" is the domain, "mitre-attack" its kill chain. */
static struct slice chain_of(const struct part *matrix)
{
	if (slice_is(matrix->domain, "mobile-attack"))
		return SLICE("mitre-mobile-attack");
	if (slice_is(matrix->domain, "ics-attack"))
		return SLICE("mitre-ics-attack");
	return SLICE("mitre-attack");
}

static void matrix_put(struct matrix *m, const struct part *x)
{
	struct json_out *o = &m->v.c->o;

	json_open(o, '{');
	json_put_string(o, "id", x->id);
	json_put_string(o, "name", x->name);
	json_open_at(o, "tactics", '[');
	for (size_t k = 0; k < x->n_tactic; k++)
		for (size_t i = 0; i < m->tactics.part.n; i++)
			if (slice_eq(m->tactics.part.p[i].id, x->tactic[k]))
				tactic_put(m, &m->tactics.part.p[i], chain_of(x));
	json_close(o);
	json_close(o);
}

static int matrix_take(struct matrix *m)
{
	TRY(type_walk(&m->v, "x-mitre-matrix", part_take, &m->matrices));
	TRY(type_walk(&m->v, "x-mitre-tactic", part_take, &m->tactics));
	TRY(type_walk(&m->v, "attack-pattern", part_take, &m->techniques));
	return tally_take(m);
}

int api_cyber_matrix(struct call *c)
{
	struct matrix m __attribute__((cleanup(matrix_end))) = {.v = {.c = c},
		.tactics = {.most = VIEW_KEPT},
		.techniques = {.most = VIEW_KEPT},
		.matrices = {.most = VIEW_MATRICES}};
	enum mode mode;

	m.tactics.m = m.techniques.m = m.matrices.m = &m;
	TRY(call_query_mode(c, &mode));
	TRY(api_root(c, mode, &m.v.root));
	TRY(matrix_take(&m));
	json_open(&c->o, '{');
	json_open_at(&c->o, "matrices", '[');
	for (size_t i = 0; i < m.matrices.part.n; i++)
		matrix_put(&m, &m.matrices.part.p[i]);
	json_close(&c->o);
	json_put_bool(&c->o, "cut", m.v.cut);
	json_close(&c->o);
	return 0;
}

/* ---- sightings ---- */

#define DAY_MS	 (24LL * 3600 * 1000)
#define DAYS_MAX 366
#define LATEST	 50

struct day {
	unsigned sightings;
	uint64_t count;
};

static int days_read(struct call *c, uint64_t *ret)
{
	struct slice text = request_query(c->req, "days");

	*ret = 30;
	if (text.n && (slice_u64(text, ret) < 0 || *ret < 1 || *ret > DAYS_MAX))
		return why_set(&c->why, E_INVALID, "days", "is a number from 1 to %d", DAYS_MAX);
	return 0;
}

/* When it was last seen; when that is not said, when it was told. */
static int64_t sighted_ms(const struct stix *s, struct arena *arena)
{
	int64_t ms = time_of(s, "last_seen", arena);

	if (!ms)
		ms = time_of(s, "first_seen", arena);
	return ms ? ms : time_of(s, "created", arena);
}

/* What is told of one by itself. */
struct sighted {
	struct slice id, of;
	struct id author;
	unsigned count;
	int64_t first_ms, last_ms, added;
};

struct sightings {
	struct view v;
	int64_t first; /* day */
	uint64_t days;
	struct day day[DAYS_MAX + 1];
	struct sighted latest[LATEST + 1]; /* the newest first */
	size_t n_latest;
};

static void latest_keep(struct sightings *x, struct list_walk *k)
{
	int64_t added = k->row[k->at].added;
	size_t i = x->n_latest;

	if (i == LATEST && x->latest[i - 1].added > added)
		return;
	for (; i > 0 && x->latest[i - 1].added < added; i--)
		x->latest[i] = x->latest[i - 1];
	x->latest[i] = (struct sighted){.id = keep(&x->v, k->s.id),
		.of = keep(&x->v, stix_text(&k->s, "sighting_of_ref", &k->arena)),
		.author = k->row[k->at].author,
		.count = count_of(&k->s),
		.first_ms = time_of(&k->s, "first_seen", &k->arena),
		.last_ms = time_of(&k->s, "last_seen", &k->arena),
		.added = added};
	if (x->n_latest < LATEST)
		x->n_latest++;
}

static int sighting_take(void *ctx, struct list_walk *k)
{
	struct sightings *x = ctx;
	int64_t at = sighted_ms(&k->s, &k->arena) / DAY_MS - x->first;

	if (at >= 0 && at < (int64_t)x->days) {
		x->day[at].sightings++;
		x->day[at].count += count_of(&k->s);
	}
	latest_keep(x, k);
	return 0;
}

static void sighting_put(struct call *c, const struct sighted *s, const struct api_names *names)
{
	struct json_out *o = &c->o;

	json_open(o, '{');
	json_put_string(o, "id", s->id);
	json_put_string(o, "of", s->of);
	json_put_string(o, "of_name", api_names_in(names, s->of));
	put_party(c, "author", &s->author);
	json_put_u64(o, "count", s->count);
	put_time(o, "first_seen", s->first_ms);
	put_time(o, "last_seen", s->last_ms);
	put_time(o, "added", s->added / 1000);
	json_close(o);
}

static int sightings_put(struct call *c, const struct sightings *x)
{
	struct api_names names = {.of = arena_array(c->arena, struct api_named, LIST_IDS)};

	for (size_t i = 0; i < x->n_latest; i++)
		api_names_want(&names, x->latest[i].of);
	TRY(api_names_find(c, x->v.root, &names));
	json_open(&c->o, '{');
	json_open_at(&c->o, "days", '[');
	for (uint64_t i = 0; i < x->days; i++) {
		json_open(&c->o, '{');
		put_time(&c->o, "day", (x->first + (int64_t)i) * DAY_MS);
		json_put_u64(&c->o, "sightings", x->day[i].sightings);
		json_put_u64(&c->o, "count", x->day[i].count);
		json_close(&c->o);
	}
	json_close(&c->o);
	json_open_at(&c->o, "latest", '[');
	for (size_t i = 0; i < x->n_latest; i++)
		sighting_put(c, &x->latest[i], &names);
	json_close(&c->o);
	json_put_bool(&c->o, "cut", x->v.cut);
	json_close(&c->o);
	return 0;
}

int api_cyber_sightings(struct call *c)
{
	struct sightings *x = arena_new(c->arena, struct sightings);
	enum mode mode;
	int rc;

	x->v.c = c;
	TRY(call_query_mode(c, &mode));
	TRY(api_root(c, mode, &x->v.root));
	TRY(days_read(c, &x->days));
	x->first = env_now_ms(&c->node->env) / DAY_MS - (int64_t)x->days + 1;
	rc = type_walk(&x->v, "sighting", sighting_take, x);
	map_free(&x->v.seen);
	return rc < 0 ? rc : sightings_put(c, x);
}
