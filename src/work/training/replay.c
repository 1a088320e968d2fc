/* replay.c: see replay.h. */
#include "work/training/replay.h"

#include "base/enc.h"
#include "work/training/limits.h"

static int by_event(const void *a, const void *b)
{
	const struct replay_event *x = a, *y = b;
	int c;

	if (x->real != y->real)
		return x->real < y->real ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	c = id_cmp(&x->row->author, &y->row->author);
	if (c)
		return c;
	if (x->row->epoch != y->row->epoch)
		return x->row->epoch < y->row->epoch ? -1 : 1;
	if (x->row->seq != y->row->seq)
		return x->row->seq < y->row->seq ? -1 : 1;
	return object_id_order(&x->row->object, &y->row->object);
}

#define EACH(v, member, when, kind)                                                                \
	for (size_t i = 0; i < (v)->n_##member; i++)                                               \
		e[n++] = (struct replay_event)                                                     \
		{                                                                                  \
			(v)->member[i].when, kind, (v)->member[i].row, &(v)->member[i]             \
		}

void replay_build(
	const struct view *v, struct arena *arena, struct replay_event **ret, size_t *ret_n)
{
	size_t n = 0;
	struct replay_event *e = arena_array(arena, struct replay_event,
		v->n_control + v->n_delivery + v->n_receipt + v->n_response + v->n_observation +
			v->n_rating + 1);

	EACH(v, control, at, REPLAY_CONTROL);
	EACH(v, delivery, released, REPLAY_DELIVERY);
	EACH(v, receipt, received, REPLAY_RECEIPT);
	EACH(v, response, at, REPLAY_RESPONSE);
	EACH(v, observation, at, REPLAY_OBSERVATION);
	EACH(v, rating, at, REPLAY_RATING);
	qsort(e, n, sizeof(*e), by_event);
	*ret = e;
	*ret_n = n;
}

/* ---- measures ---- */

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int64_t limit_of(const struct view *v, const struct delivery *d)
{
	const struct script *s = view_script(v, &d->inject);
	int64_t limit = 0;

	for (size_t i = 0; s && i < s->j.n_expect; i++)
		if (s->j.expect[i].within_ms > limit)
			limit = s->j.expect[i].within_ms;
	return limit;
}

static bool obsolete(const struct script *s)
{
	return strcmp(s->j.status, "obsolete") == 0;
}

/*
 * Injects that this reader knows of, each once: by its script, by its shadow, or by its delivery. What has been delivered is always among them, whoever wrote it.
 */
static void injects_count(const struct view *v, struct arena *arena, struct replay_measures *m)
{
	struct object_id *known =
		arena_array(arena, struct object_id, v->n_script + v->n_delivery + 1);
	size_t n = 0;

	for (size_t i = 0; i < v->n_delivery; i++) {
		const struct object_id *inject = &v->by_inject[i]->inject;

		if (i && object_id_eq(inject, &v->by_inject[i - 1]->inject))
			continue;
		m->delivered++;
		known[n++] = shadow_object(inject);
	}
	for (size_t i = 0; i < v->n_script; i++)
		if (!obsolete(&v->script[i]) && !view_delivery_of(v, &v->script[i].row->object))
			known[n++] = shadow_object(&v->script[i].row->object);
	qsort(known, n, sizeof(*known), object_id_order);
	m->planned = n;
	for (size_t i = 0; i < v->n_shade; i++)
		m->planned += !v->shade[i].gone && !bsearch(&v->shade[i].row->object, known, n,
							   sizeof(*known), object_id_order);
}

struct replay_measures replay_measure(const struct view *v, struct arena *arena)
{
	struct replay_measures m = {.delay_max_ms = -1, .response_median_ms = -1};
	int64_t *took = arena_array(arena, int64_t, v->n_delivery + 1);
	size_t n = 0;

	injects_count(v, arena, &m);
	for (size_t i = 0; i < v->n_delivery; i++) {
		const struct delivery *d = &v->delivery[i];
		size_t n_answer;
		const struct player_response *r = view_responses(v, &d->row->object, &n_answer);
		int64_t first = INT64_MAX, limit = limit_of(v, d);

		m.automatic += d->due != 0;
		if (d->due && d->released - d->due > m.delay_max_ms)
			m.delay_max_ms = d->released - d->due;
		for (size_t k = 0; k < n_answer; k++)
			if (r[k].at < first)
				first = r[k].at;
		if (first == INT64_MAX)
			continue;
		m.responded++;
		took[n++] =
			clock_scenario(&v->clock, first) - clock_scenario(&v->clock, d->released);
		m.in_time += limit && took[n - 1] <= limit;
		m.late += limit && took[n - 1] > limit;
	}
	for (size_t i = 0; i < v->n_observation; i++)
		m.observed += strcmp(v->observation[i].state, "rejected") != 0;
	qsort(took, n, sizeof(*took), by_value);
	if (n)
		m.response_median_ms = took[n / 2];
	return m;
}

/* ---- telling ---- */

static void event_print(const struct view *v, const struct replay_event *e, struct json_out *o)
{
	static const char *const kind[] = {
		"control", "delivery", "receipt", "response", "observation", "rating"};

	json_open(o, '{');
	put_when(o, "at", e->real);
	if (v->clock.started)
		put_when(o, "scenario", clock_scenario(&v->clock, e->real));
	json_put_cstr(o, "event", kind[e->kind]);
	put_member(o, "member", &e->row->author);
	put_record_id(o, "object", &e->row->object);
	switch (e->kind) {
	case REPLAY_CONTROL: {
		const struct control *c = e->what;

		char rate[RATE_TEXT + 1];

		json_put_cstr(o, "what", controls[c->kind]);
		rate_text(c, rate);
		if (rate[0])
			json_put_cstr(o, "rate", rate);
		json_put_string(o, "text", c->reason);
		break;
	}
	case REPLAY_DELIVERY: {
		const struct delivery *d = e->what;

		json_put_string(o, "what", d->number);
		json_put_string(o, "text", d->title);
		if (d->due)
			put_when(o, "due", d->due);
		break;
	}
	case REPLAY_RECEIPT: {
		const struct receipt *r = e->what;

		json_put_cstr(o, "what", receipts[r->state]);
		put_record_id(o, "delivery", &r->delivery);
		break;
	}
	case REPLAY_RESPONSE: {
		const struct player_response *r = e->what;

		json_put_cstr(o, "what", response_kinds[r->kind]);
		json_put_string(o, "text", r->text);
		put_record_id(o, "delivery", &r->delivery);
		break;
	}
	case REPLAY_OBSERVATION: {
		const struct observation *x = e->what;

		json_put_cstr(o, "what", observation_kinds[x->kind]);
		json_put_string(o, "text", x->what);
		break;
	}
	case REPLAY_RATING: {
		const struct rating *r = e->what;

		json_put_string(o, "what",
			r->not_observed ? SLICE("N/O")
			: r->withheld	? SLICE("withheld")
					: r->rating);
		json_put_string(o, "text", r->rationale);
		break;
	}
	}
	json_close(o);
}

void replay_print(const struct view *v, struct arena *arena, struct buf *b)
{
	struct replay_measures m = replay_measure(v, arena);
	struct json_out o = json_out(b);
	struct replay_event *e;
	size_t n, from;
	struct hash h;
	char hex[65];

	replay_build(v, arena, &e, &n);
	json_open(&o, '{');
	json_put_string(&o, "code_name", v->ex.code_name);
	json_put_string(&o, "mark", view_mark(v));
	put_record_id(&o, "exercise", &v->ex.row->object);
	from = b->n;
	json_open_at(&o, "events", '[');
	for (size_t i = 0; i < n; i++)
		event_print(v, &e[i], &o);
	json_close(&o);
	h = hash_bytes(slice_sub(buf_slice(b), from, b->n));
	hex_encode(h.b, sizeof(h.b), hex);
	json_put_cstr(&o, "digest", hex);
	json_open_at(&o, "measures", '{');
	json_put_u64(&o, "planned", m.planned);
	json_put_u64(&o, "delivered", m.delivered);
	json_put_u64(&o, "automatic", m.automatic);
	json_put_u64(&o, "responded", m.responded);
	json_put_u64(&o, "in_time", m.in_time);
	json_put_u64(&o, "late", m.late);
	json_put_u64(&o, "observed", m.observed);
	json_put_i64(&o, "delay_max_ms", m.delay_max_ms);
	json_put_i64(&o, "response_median_ms", m.response_median_ms);
	json_close(&o);
	json_close(&o);
}
