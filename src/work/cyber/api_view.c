/* api_view.c: what the coalition sees, at a glance: techniques of ATT&CK, sightings over time. */
#include "work/cyber/api.h"

#include "work/cyber/index.h"

#include "base/map.h"
#include "base/report.h"

/* Objects of a kind that a view looks at: ATT&CK has about 1,200 techniques and 50 tactics. */
#define VIEW_MAX 2000

struct found {
	struct list_row *row;
	struct stix *s;
	size_t n;
};

/* Objects of one type, the newest first. */
static int find_type(struct call *c, int64_t root, const char *type, struct found *ret)
{
	struct slice one = slice_str(type);
	struct list_query q = {.root = root,
		.type = &one,
		.n_type = 1,
		.limit = VIEW_MAX,
		.bytes = 24 * MIB,
		.down = true};
	bool more;
	size_t n = 0;

	TRY(stix_list_page(
		&c->world, c->db, &c->reader, &q, c->arena, &ret->row, &ret->n, &more, &c->why));
	struct slice *bytes = arena_array(c->arena, struct slice, ret->n + 1);
	TRY(stix_list_bytes(c->db, ret->row, ret->n, c->arena, bytes, &c->why));
	ret->s = arena_array(c->arena, struct stix, ret->n + 1);
	for (size_t i = 0; i < ret->n; i++)
		if (stix_read(&ret->s[n], c->arena, bytes[i], NULL) == 0)
			ret->row[n++] = ret->row[i];
	ret->n = n;
	return 0;
}

/* Those at these places. */
static int find_added(
	struct call *c, int64_t root, const int64_t *added, size_t n_added, struct found *ret)
{
	size_t n = 0;

	TRY(stix_list_added(&c->world, c->db, &c->reader, root, added, n_added, c->arena, &ret->row,
		&ret->n, &c->why));
	struct slice *bytes = arena_array(c->arena, struct slice, ret->n + 1);
	TRY(stix_list_bytes(c->db, ret->row, ret->n, c->arena, bytes, &c->why));
	ret->s = arena_array(c->arena, struct stix, ret->n + 1);
	for (size_t i = 0; i < ret->n; i++)
		if (stix_read(&ret->s[n], c->arena, bytes[i], NULL) == 0)
			ret->row[n++] = ret->row[i];
	ret->n = n;
	return 0;
}

static int64_t time_of(const struct stix *s, const char *key, struct arena *arena)
{
	int64_t ms;

	return when_ms(stix_text(s, key, arena), &ms) == 0 ? ms : 0;
}

/* ---- the matrix ---- */

struct tally {
	unsigned sightings, indicators;
};

struct matrix {
	struct call *c;
	int64_t root;
	struct map tally; /* id of a technique or indicator → struct tally in the arena */
	struct found tactics, techniques, matrices;
};

static struct tally *tally_of(struct matrix *m, struct slice id)
{
	struct tally *t = map_get(&m->tally, id);

	if (!t) {
		t = arena_new(m->c->arena, struct tally);
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

/* Sightings of techniques and of indicators; then what indicators point at. */
static int tally_take(struct matrix *m)
{
	struct call *c = m->c;
	struct found sightings, links;
	int64_t *added;
	size_t n;

	TRY(find_type(c, m->root, "sighting", &sightings));
	for (size_t i = 0; i < sightings.n; i++)
		tally_of(m, stix_text(&sightings.s[i], "sighting_of_ref", c->arena))->sightings +=
			count_of(&sightings.s[i]);
	TRY(stix_index_pointing(c->db, m->root, "indicator", "source_ref", VIEW_MAX, c->arena,
		&added, &n, &c->why));
	TRY(find_added(c, m->root, added, n, &links));
	for (size_t i = 0; i < links.n; i++) {
		struct slice from = stix_text(&links.s[i], "source_ref", c->arena);
		struct slice to = stix_text(&links.s[i], "target_ref", c->arena);
		struct tally *t = tally_of(m, to), *of = map_get(&m->tally, from);

		t->indicators++;
		t->sightings += of ? of->sightings : 0;
	}
	return 0;
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

static bool in_tactic(
	const struct stix *s, struct slice chain, struct slice shortname, struct arena *arena)
{
	json_ref list = stix_get(s, "kill_chain_phases");

	for (json_ref v = json_first(&s->doc, list); v; v = json_next(&s->doc, v))
		if (slice_eq(json_string(&s->doc, json_get(&s->doc, v, "phase_name"), arena),
			    shortname) &&
			slice_eq(json_string(
					 &s->doc, json_get(&s->doc, v, "kill_chain_name"), arena),
				chain))
			return true;
	return false;
}

static void technique_put(struct matrix *m, const struct stix *s)
{
	struct json_out *o = &m->c->o;
	struct tally *t = map_get(&m->tally, s->id);
	struct slice number = attack_id(s, m->c->arena);

	json_open(o, '{');
	json_put_string(o, "id", s->id);
	put_text(o, "number", number.n ? number : SLICE_NONE);
	json_put_string(o, "name", stix_text(s, "name", m->c->arena));
	json_put_u64(o, "sightings", t ? t->sightings : 0);
	json_put_u64(o, "indicators", t ? t->indicators : 0);
	json_close(o);
}

static void tactic_put(struct matrix *m, const struct stix *tactic, struct slice chain)
{
	struct json_out *o = &m->c->o;
	struct arena *arena = m->c->arena;
	struct slice shortname = stix_text(tactic, "x_mitre_shortname", arena);

	json_open(o, '{');
	json_put_string(o, "id", tactic->id);
	json_put_string(o, "name", stix_text(tactic, "name", arena));
	json_open_at(o, "techniques", '[');
	for (size_t i = 0; i < m->techniques.n; i++)
		if (!out_of_use(&m->techniques.s[i]) &&
			in_tactic(&m->techniques.s[i], chain, shortname, arena))
			technique_put(m, &m->techniques.s[i]);
	json_close(o);
	json_close(o);
}

/* "enterprise-attack" is the domain, "mitre-attack" its kill chain. */
static struct slice chain_of(const struct stix *matrix, struct arena *arena)
{
	struct slice domain = json_string(
		&matrix->doc, json_first(&matrix->doc, stix_get(matrix, "x_mitre_domains")), arena);

	if (slice_is(domain, "mobile-attack"))
		return SLICE("mitre-mobile-attack");
	if (slice_is(domain, "ics-attack"))
		return SLICE("mitre-ics-attack");
	return SLICE("mitre-attack");
}

static void matrix_put(struct matrix *m, const struct stix *matrix)
{
	struct json_out *o = &m->c->o;
	struct arena *arena = m->c->arena;
	struct slice chain = chain_of(matrix, arena);
	json_ref list = stix_get(matrix, "tactic_refs");

	json_open(o, '{');
	json_put_string(o, "id", matrix->id);
	json_put_string(o, "name", stix_text(matrix, "name", arena));
	json_open_at(o, "tactics", '[');
	for (json_ref v = json_first(&matrix->doc, list); v; v = json_next(&matrix->doc, v)) {
		struct slice id = json_string(&matrix->doc, v, arena);

		for (size_t i = 0; i < m->tactics.n; i++)
			if (slice_eq(m->tactics.s[i].id, id))
				tactic_put(m, &m->tactics.s[i], chain);
	}
	json_close(o);
	json_close(o);
}

int api_cyber_matrix(struct call *c)
{
	struct matrix m = {.c = c};
	enum mode mode;
	int rc;

	TRY(call_query_mode(c, &mode));
	TRY(api_root(c, mode, &m.root));
	TRY(find_type(c, m.root, "x-mitre-matrix", &m.matrices));
	TRY(find_type(c, m.root, "x-mitre-tactic", &m.tactics));
	TRY(find_type(c, m.root, "attack-pattern", &m.techniques));
	rc = tally_take(&m);
	if (rc == 0) {
		json_open(&c->o, '{');
		json_open_at(&c->o, "matrices", '[');
		for (size_t i = 0; i < m.matrices.n; i++)
			if (!out_of_use(&m.matrices.s[i]))
				matrix_put(&m, &m.matrices.s[i]);
		json_close(&c->o);
		json_close(&c->o);
	}
	map_free(&m.tally);
	return rc;
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

static void sighting_put(struct call *c, const struct list_row *row, const struct stix *s,
	const struct api_names *names)
{
	struct json_out *o = &c->o;

	json_open(o, '{');
	json_put_string(o, "id", s->id);
	json_put_string(o, "of", stix_text(s, "sighting_of_ref", c->arena));
	json_put_string(
		o, "of_name", api_names_in(names, stix_text(s, "sighting_of_ref", c->arena)));
	put_party(c, "author", &row->author);
	json_put_u64(o, "count", count_of(s));
	put_time(o, "first_seen", time_of(s, "first_seen", c->arena));
	put_time(o, "last_seen", time_of(s, "last_seen", c->arena));
	put_time(o, "added", row->added / 1000);
	json_close(o);
}

int api_cyber_sightings(struct call *c)
{
	struct api_names names = {.of = arena_array(c->arena, struct api_named, LIST_IDS)};
	struct day day[DAYS_MAX + 1] = {0};
	struct found f;
	enum mode mode;
	int64_t root, first;
	uint64_t days;

	TRY(call_query_mode(c, &mode));
	TRY(api_root(c, mode, &root));
	TRY(days_read(c, &days));
	TRY(find_type(c, root, "sighting", &f));
	for (size_t i = 0; i < f.n && i < LATEST; i++)
		api_names_want(&names, stix_text(&f.s[i], "sighting_of_ref", c->arena));
	TRY(api_names_find(c, root, &names));
	first = env_now_ms(&c->node->env) / DAY_MS - (int64_t)days + 1;
	for (size_t i = 0; i < f.n; i++) {
		int64_t at = sighted_ms(&f.s[i], c->arena) / DAY_MS - first;

		if (at >= 0 && at < (int64_t)days) {
			day[at].sightings++;
			day[at].count += count_of(&f.s[i]);
		}
	}
	json_open(&c->o, '{');
	json_open_at(&c->o, "days", '[');
	for (uint64_t i = 0; i < days; i++) {
		json_open(&c->o, '{');
		put_time(&c->o, "day", (first + (int64_t)i) * DAY_MS);
		json_put_u64(&c->o, "sightings", day[i].sightings);
		json_put_u64(&c->o, "count", day[i].count);
		json_close(&c->o);
	}
	json_close(&c->o);
	json_open_at(&c->o, "latest", '[');
	for (size_t i = 0; i < f.n && i < LATEST; i++)
		sighting_put(c, &f.row[i], &f.s[i], &names);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}
