/* api_matrix.c: techniques of ATT&CK, with what of them the coalition has sighted and has indicators for. */
#include "work/cyber/api_view.h"

#include "work/cyber/index.h"

#include "base/vec.h"

/* What is kept, of all members together. */
#define VIEW_KEPT     20000
#define VIEW_MATRICES 100
#define VIEW_PHASES   16
#define VIEW_TACTICS  64

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
	view_end(&m->v);
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

static int sighting_count(void *ctx, struct list_walk *k)
{
	struct matrix *m = ctx;

	tally_of(m, stix_text(&k->s, "sighting_of_ref", &k->arena))->sightings += view_count(&k->s);
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
	const struct index_view view = {&c->world, c->db, &c->reader, m->v.root};
	int64_t *added;
	size_t n;

	TRY(view_type(&m->v, "sighting", sighting_count, m));
	TRY(stix_index_pointing(
		&view, "indicator", "source_ref", VIEW_OBJECTS, c->arena, &added, &n, &c->why));
	m->v.cut |= n == VIEW_OBJECTS;
	return view_added(&m->v, added, n, link_count, m);
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

		f->chain = view_keep(&p->m->v,
			json_string(&s->doc, json_get(&s->doc, v, "kill_chain_name"), scratch));
		f->name = view_keep(&p->m->v,
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
		x->tactic[x->n_tactic++] = view_keep(&p->m->v, json_string(&s->doc, v, scratch));
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
	x.id = view_keep(&p->m->v, s->id);
	x.name = view_keep(&p->m->v, stix_text(s, "name", &k->arena));
	x.number = view_keep(&p->m->v, attack_id(s, &k->arena));
	x.shortname = view_keep(&p->m->v, stix_text(s, "x_mitre_shortname", &k->arena));
	x.domain = view_keep(
		&p->m->v, json_string(&s->doc, json_first(&s->doc, stix_get(s, "x_mitre_domains")),
				  &k->arena));
	if (slice_is(s->type, "attack-pattern"))
		phases_keep(p, &x, s, &k->arena);
	if (slice_is(s->type, "x-mitre-matrix"))
		tactics_keep(p, &x, s, &k->arena);
	(void)map_put(&p->by_id, x.id, p);
	vec_push(&p->part, x);
	return view_show(&p->m->v, &k->row[k->at]);
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
	TRY(view_type(&m->v, "x-mitre-matrix", part_take, &m->matrices));
	TRY(view_type(&m->v, "x-mitre-tactic", part_take, &m->tactics));
	TRY(view_type(&m->v, "attack-pattern", part_take, &m->techniques));
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
