/* print_live.c: EXCON's desk: what is overdue, due now, due next; what has gone out and how far it has come; what the audiences said. */
#include "work/training/print.h"

#define SOON_MS	   10000LL
#define NEXT_MS	   (30 * 60000LL)
#define FEED_MAX   100
#define EXPECT_MAX 20

static void print_item(struct printer *p, const struct agenda_item *i)
{
	json_open(p->o, '{');
	if (i->script) {
		const struct inject *j = &i->script->j;

		print_record(p, "object", &i->script->row->object);
		print_member(p, "author", &i->script->row->author);
		json_put_bool(p->o, "own", id_eq(&i->script->row->author, &p->world->node->self));
		json_put_bool(p->o, "shadow", false);
		json_put_string(p->o, "number", j->number);
		json_put_string(p->o, "title", j->title);
		json_put_cstr(p->o, "kind", inject_kinds[j->kind]);
		json_put_cstr(p->o, "weight", inject_weights[j->weight]);
		json_put_cstr(p->o, "method", methods[j->method]);
		json_put_string(p->o, "controller", j->controller);
		json_put_cstr(p->o, "status", j->status);
		json_put_cstr(p->o, "fire", fires[j->fire]);
	} else {
		print_record(p, "object", &i->shade->row->object);
		print_member(p, "author", &i->shade->row->author);
		json_put_bool(p->o, "own", false);
		json_put_bool(p->o, "shadow", true);
		json_put_string(p->o, "number", i->shade->storyline);
		json_put_i64(p->o, "load", i->shade->weight);
	}
	print_due(p, "due", &i->due);
	json_close(p->o);
}

static void print_column(struct printer *p, const char *key, const struct agenda_item *i, size_t n)
{
	json_open_at(p->o, key, '[');
	for (size_t k = 0; k < n; k++)
		print_item(p, &i[k]);
	json_close(p->o);
}

/* When it was first answered, by this party or by any (NULL); 0: not yet. */
static int64_t answered_at(const struct view *v, const struct delivery *d, const struct id *party)
{
	size_t n;
	const struct player_response *r = view_responses(v, &d->row->object, &n);
	int64_t first = 0;

	for (size_t i = 0; i < n; i++)
		if ((!party || id_eq(&r[i].row->author, party)) && (!first || r[i].at < first))
			first = r[i].at;
	return first;
}

/* One light for each recipient: the furthest that it has come there. */
static void print_lights(struct printer *p, const struct view *v, const struct delivery *d)
{
	json_open_at(p->o, "lights", '[');
	for (size_t i = 0; i < d->n_party; i++) {
		const struct receipt *best = view_receipt_of(v, &d->row->object, &d->party[i]);
		int64_t answered = answered_at(v, d, &d->party[i]);

		json_open(p->o, '{');
		print_member(p, "party", &d->party[i]);
		json_put_cstr(p->o, "state",
			d->recalled.n ? "recalled"
			: answered    ? "responded"
			: best	      ? receipts[best->state]
				      : "sent");
		print_time(p, "received", best ? best->received : 0);
		print_time(p, "seen", best ? best->seen : 0);
		print_time(p, "acked", best ? best->acked : 0);
		print_time(p, "responded", answered);
		json_close(p->o);
	}
	json_close(p->o);
}

/* When the first expected action with a time limit had to be seen by; 0: none. */
static int64_t answer_by(const struct view *v, const struct delivery *d)
{
	const struct script *s = view_script(v, &d->inject);
	int64_t by = 0;

	for (size_t i = 0; s && i < s->j.n_expect; i++) {
		int64_t within = s->j.expect[i].within_ms;
		int64_t real;

		if (!within)
			continue;
		struct clock_item item = {.basis = BASIS_SCENARIO,
			.at = clock_scenario(&v->clock, d->released) + within,
			.from = d->released,
			.jump = JUMP_DELIVER};
		struct clock_due due = clock_due(&v->clock, &item);
		real = due.state == DUE_AT ? due.real : 0;
		if (real && (!by || real < by))
			by = real;
	}
	return by;
}

void print_delivery(
	struct printer *p, const char *key, const struct view *v, const struct delivery *d)
{
	int64_t by = answer_by(v, d), answered = answered_at(v, d, NULL);

	json_open_at(p->o, key, '{');
	print_record(p, "object", &d->row->object);
	print_record(p, "inject", &d->inject);
	print_member(p, "author", &d->row->author);
	json_put_bool(p->o, "own", id_eq(&d->row->author, &p->world->node->self));
	json_put_string(p->o, "label", d->row->label);
	json_put_string(p->o, "number", d->number);
	json_put_string(p->o, "title", d->title);
	json_put_string(p->o, "body", d->body);
	json_put_string(p->o, "from", d->from_sim);
	json_put_cstr(p->o, "method", methods[d->method]);
	json_put_string(p->o, "mark", d->mark);
	print_time(p, "released", d->released);
	print_time(p, "scenario", clock_scenario(&v->clock, d->released));
	print_time(p, "due", d->due);
	json_put_string(p->o, "by", d->by);
	json_put_string(p->o, "error", d->error);
	json_put_string(p->o, "recalled", d->recalled);
	if (d->has_record)
		print_record(p, "record", &d->record);
	else
		json_put_null(p->o, "record");
	print_time(p, "answer_by", by);
	json_put_bool(p->o, "overdue", by && p->now > by && (!answered || answered > by));
	print_lights(p, v, d);
	json_close(p->o);
}

static int newest_first(const void *a, const void *b)
{
	const struct delivery *x = *(const struct delivery *const *)a,
			      *y = *(const struct delivery *const *)b;

	return x->released != y->released ? (x->released > y->released ? -1 : 1)
					  : object_id_order(&x->row->object, &y->row->object);
}

static int response_newest(const void *a, const void *b)
{
	const struct player_response *x = *(const struct player_response *const *)a,
				     *y = *(const struct player_response *const *)b;

	return x->at != y->at ? (x->at > y->at ? -1 : 1)
			      : object_id_order(&x->row->object, &y->row->object);
}

static void print_feed(struct printer *p, const struct view *v)
{
	const struct player_response **r =
		arena_array(p->arena, const struct player_response *, v->n_response + 1);
	size_t from = v->n_control > FEED_MAX ? v->n_control - FEED_MAX : 0;

	for (size_t i = 0; i < v->n_response; i++)
		r[i] = &v->response[i];
	qsort(r, v->n_response, sizeof(const struct player_response *), response_newest);
	json_open_at(p->o, "responses", '[');
	for (size_t i = 0; i < v->n_response && i < FEED_MAX; i++) {
		json_open(p->o, '{');
		print_record(p, "object", &r[i]->row->object);
		print_record(p, "delivery", &r[i]->delivery);
		print_member(p, "party", &r[i]->row->author);
		json_put_cstr(p->o, "kind", response_kinds[r[i]->kind]);
		print_time(p, "at", r[i]->at);
		json_put_string(p->o, "text", r[i]->text);
		json_put_string(p->o, "by", r[i]->by);
		json_close(p->o);
	}
	json_close(p->o);
	json_open_at(p->o, "log", '[');
	for (size_t i = v->n_control; i > from; i--) {
		const struct control *c = &v->control[i - 1];
		char rate[RATE_TEXT + 1];

		json_open(p->o, '{');
		json_put_cstr(p->o, "kind", controls[c->kind]);
		print_time(p, "at", c->at);
		print_time(p, "scenario", clock_scenario(&v->clock, c->at));
		print_time(p, "to", c->kind == CONTROL_JUMP ? c->scenario : 0);
		rate_text(c, rate);
		json_put_cstr(p->o, "rate", rate);
		print_member(p, "party", &c->row->author);
		json_put_string(p->o, "by", c->by);
		json_put_string(p->o, "reason", c->reason);
		json_close(p->o);
	}
	json_close(p->o);
}

void print_live(struct printer *p, const struct view *v, int64_t heard)
{
	const struct delivery **d =
		arena_array(p->arena, const struct delivery *, v->n_delivery + 1);
	struct agenda a;

	agenda_build(&a, p->arena, v, p->now, SOON_MS, NEXT_MS);
	json_open(p->o, '{');
	print_summary(p, "exercise", v);
	print_clock(p, "clock", v, heard);
	print_column(p, "overdue", a.overdue, a.n_overdue);
	print_column(p, "now", a.now, a.n_now);
	print_column(p, "next", a.next, a.n_next);
	print_column(p, "held", a.held, a.n_held);
	json_put_u64(p->o, "later", a.n_later);
	for (size_t i = 0; i < v->n_delivery; i++)
		d[i] = &v->delivery[i];
	qsort(d, v->n_delivery, sizeof(const struct delivery *), newest_first);
	json_open_at(p->o, "deliveries", '[');
	for (size_t i = 0; i < v->n_delivery && i < FEED_MAX; i++)
		print_delivery(p, NULL, v, d[i]);
	json_close(p->o);
	print_feed(p, v);
	json_close(p->o);
}
