/* api_sightings.c: sightings by day, and the latest. */
#include "work/cyber/api_view.h"

#include "base/clock.h"

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
	int64_t ms = view_ms(s, "last_seen", arena);

	if (!ms)
		ms = view_ms(s, "first_seen", arena);
	return ms ? ms : view_ms(s, "created", arena);
}

/* What is told of one by itself. */
struct sighted {
	struct slice id, of;
	struct id author;
	unsigned count;
	int64_t first_ms, last_ms, added;
	struct list_row row; /* where it stands, and under which label */
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
	x->latest[i] = (struct sighted){.id = view_keep(&x->v, k->s.id),
		.of = view_keep(&x->v, stix_text(&k->s, "sighting_of_ref", &k->arena)),
		.author = k->row[k->at].author,
		.count = view_count(&k->s),
		.first_ms = view_ms(&k->s, "first_seen", &k->arena),
		.last_ms = view_ms(&k->s, "last_seen", &k->arena),
		.added = added,
		.row = k->row[k->at]};
	x->latest[i].row.label = view_keep(&x->v, k->row[k->at].label);
	if (x->n_latest < LATEST)
		x->n_latest++;
}

static int sighting_take(void *ctx, struct list_walk *k)
{
	struct sightings *x = ctx;
	int64_t at = sighted_ms(&k->s, &k->arena) / DAY_MS - x->first;

	if (at >= 0 && at < (int64_t)x->days) {
		x->day[at].sightings++;
		x->day[at].count += view_count(&k->s);
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

static int sightings_put(struct call *c, struct sightings *x)
{
	struct api_names names = {.of = arena_array(c->arena, struct api_named, LIST_IDS)};

	for (size_t i = 0; i < x->n_latest; i++) {
		api_names_want(&names, x->latest[i].of);
		TRY(view_show(&x->v, &x->latest[i].row));
	}
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
	rc = view_type(&x->v, "sighting", sighting_take, x);
	view_end(&x->v);
	return rc < 0 ? rc : sightings_put(c, x);
}
