/* print.c: records, clock, lists; see print.h. */
#include "work/training/print.h"

#include "base/enc.h"
#include "node/status.h"
#include "work/training/machine.h"

void print_member(struct printer *p, const char *key, const struct id *id)
{
	json_open_at(p->o, key, '{');
	put_member(p->o, "id", id);
	json_put_cstr(p->o, "label", world_party_label(p->world, id, p->arena));
	json_close(p->o);
}

void print_time(struct printer *p, const char *key, int64_t ms)
{
	if (ms)
		put_when(p->o, key, ms);
	else
		json_put_null(p->o, key);
}

void print_record(struct printer *p, const char *key, const struct object_id *o)
{
	(void)p;
	put_record_id(p->o, key, o);
}

static void row_open(struct printer *p, const char *key, const struct row *r)
{
	const struct kind *k = &training_kinds[r->kind];
	char hex[65];

	json_open_at(p->o, key, '{');
	print_record(p, "object", &r->object);
	json_put_cstr(p->o, "kind", k->noun);
	print_member(p, "author", &r->author);
	json_put_bool(p->o, "own", id_eq(&r->author, &p->world->node->self));
	json_put_cstr(p->o, "mode", mode_name(r->mode));
	json_put_string(p->o, "label", r->label);
	print_time(p, "time", r->time_ms);
	hex_encode(r->leaf.b, sizeof(r->leaf.b), hex);
	json_put_cstr(p->o, "leaf", hex);
}

void print_row(struct printer *p, const char *key, const struct row *r)
{
	const struct kind *k = &training_kinds[r->kind];
	struct json_doc doc;

	row_open(p, key, r);
	if (json_read(&doc, p->arena, r->body, &json_limits_partner, NULL) == 0) {
		json_put_string(p->o, "title", kind_title(k, &doc, json_root(&doc), p->arena));
		if (k->machine)
			json_put_cstr(p->o, "state",
				machine_state(k->machine, &doc,
					json_get(&doc, json_root(&doc), "steps")));
		json_put_raw(p->o, "content", json_raw(&doc, json_root(&doc)));
	}
	json_close(p->o);
}

/* ---- the clock ---- */

void print_clock(struct printer *p, const char *key, const struct view *v, int64_t heard)
{
	const struct exclock *c = &v->clock;
	bool host = view_is_host(v, &p->world->node->self);
	bool confirmed = host || (heard && p->now - heard <= v->ex.unconfirmed_ms);

	json_open_at(p->o, key, '{');
	json_put_cstr(p->o, "state", view_state(v, p->now));
	json_put_bool(p->o, "started", c->started && c->startex <= p->now);
	json_put_bool(p->o, "running", clock_runs(c, p->now));
	json_put_bool(p->o, "stopped", c->stopped);
	print_time(p, "real", p->now);
	print_time(p, "scenario", c->started ? clock_scenario(c, p->now) : v->ex.epoch);
	json_put_i64(p->o, "elapsed_ms", clock_elapsed(c, p->now));
	json_put_i64(p->o, "num", clock_runs(c, p->now) ? clock_at(c, p->now)->num : 0);
	json_put_i64(p->o, "den", clock_runs(c, p->now) ? clock_at(c, p->now)->den : 1);
	print_time(p, "startex", c->started ? c->startex : 0);
	print_time(p, "endex", c->ended ? c->endex : 0);
	json_put_bool(p->o, "confirmed", confirmed);
	print_time(p, "unconfirmed_since", confirmed ? 0 : heard ? heard : v->ex.row->time_ms);
	json_open_at(p->o, "segments", '[');
	for (size_t i = 0; i < c->n; i++) {
		json_open(p->o, '{');
		print_time(p, "real", c->segment[i].r0);
		print_time(p, "scenario", c->segment[i].s0);
		json_put_i64(p->o, "num", c->segment[i].num);
		json_put_i64(p->o, "den", c->segment[i].den);
		json_put_bool(p->o, "jump", c->segment[i].jump);
		json_put_bool(p->o, "stopped", c->segment[i].stopped);
		json_close(p->o);
	}
	json_close(p->o);
	json_close(p->o);
}

static const char *due_word(enum due_state s)
{
	static const char *const word[] = {"manual", "pending", "at", "held", "dropped", "ended"};

	return word[s];
}

void print_due(struct printer *p, const char *key, const struct inject_due *d)
{
	json_open_at(p->o, key, '{');
	json_put_cstr(p->o, "state", due_word(d->at.state));
	print_time(p, "real", d->at.real);
	print_time(p, "scenario", d->at.scenario);
	json_put_bool(p->o, "automatic", d->automatic);
	json_put_bool(p->o, "waits", d->waits);
	json_put_bool(p->o, "offered", d->offered);
	json_put_bool(p->o, "unready", d->unready);
	if (d->control) {
		json_put_cstr(p->o, "word", controls[d->control->kind]);
		json_put_string(p->o, "by", d->control->by);
		if (d->control->reason.n)
			json_put_string(p->o, "reason", d->control->reason);
	}
	json_close(p->o);
}

/* ---- lists ---- */

void print_summary(struct printer *p, const char *key, const struct view *v)
{
	uint64_t others = 0;

	for (size_t i = 0; i < v->n_shade; i++)
		others += !id_eq(&v->shade[i].row->author, &p->world->node->self);
	row_open(p, key, v->ex.row);
	json_put_string(p->o, "code_name", v->ex.code_name);
	json_put_cstr(p->o, "state", view_state(v, p->now));
	json_put_string(p->o, "mark", view_mark(v));
	print_time(p, "start", v->ex.start);
	print_time(p, "end", v->ex.end);
	json_open_at(p->o, "participants", '[');
	for (size_t i = 0; i < v->ex.n_party; i++)
		print_member(p, NULL, &v->ex.party[i]);
	json_close(p->o);
	json_put_bool(p->o, "host", view_is_host(v, &p->world->node->self));
	json_put_u64(p->o, "injects", v->n_script);
	json_put_u64(p->o, "shadows", others);
	json_put_u64(p->o, "delivered", v->n_delivery);
	json_close(p->o);
}

static void print_script(struct printer *p, const struct view *v, const struct script *s)
{
	struct inject_due due = inject_due(v, s, p->now);
	char hex[65];

	row_open(p, NULL, s->row);
	json_put_cstr(p->o, "status", s->j.status);
	json_put_bool(p->o, "edited", s->j.edited);
	hex_encode(s->j.digest.b, sizeof(s->j.digest.b), hex);
	json_put_cstr(p->o, "script", hex);
	print_due(p, "due", &due);
	if (due.delivery) {
		print_record(p, "delivery", &due.delivery->row->object);
		print_time(p, "released", due.delivery->released);
	}
	json_put_raw(p->o, "content", json_raw(&s->j.doc, s->j.root));
	json_close(p->o);
}

static void print_shade(struct printer *p, const struct shade *s)
{
	json_open(p->o, '{');
	print_record(p, "object", &s->row->object);
	print_member(p, "author", &s->row->author);
	print_time(p, "from", s->timed ? s->from : 0);
	json_put_string(p->o, "storyline", s->storyline);
	json_open_at(p->o, "audiences", '[');
	for (size_t i = 0; i < s->n_audience; i++)
		print_record(p, NULL, &s->audience[i]);
	json_close(p->o);
	json_put_i64(p->o, "weight", s->weight);
	json_put_bool(p->o, "gone", s->gone);
	json_close(p->o);
}

void print_exercise(struct printer *p, const struct view *v, int64_t heard)
{
	json_open(p->o, '{');
	print_row(p, "exercise", v->ex.row);
	json_put_cstr(p->o, "state", view_state(v, p->now));
	json_put_string(p->o, "mark", view_mark(v));
	json_put_bool(p->o, "host", view_is_host(v, &p->world->node->self));
	print_clock(p, "clock", v, heard);
	json_open_at(p->o, "participants", '[');
	for (size_t i = 0; i < v->ex.n_party; i++)
		print_member(p, NULL, &v->ex.party[i]);
	json_close(p->o);
	json_open_at(p->o, "scale", '[');
	for (size_t i = 0; i < v->ex.n_level; i++) {
		json_open(p->o, '{');
		json_put_string(p->o, "code", v->ex.level[i].code);
		json_put_string(p->o, "text", v->ex.level[i].text);
		json_put_bool(p->o, "rating", v->ex.level[i].rating);
		json_close(p->o);
	}
	json_close(p->o);
	json_open_at(p->o, "parts", '[');
	for (size_t i = 0; i < v->n_part; i++)
		if (!v->part[i].withdrawn)
			print_row(p, NULL, v->part[i].row);
	json_close(p->o);
	json_open_at(p->o, "injects", '[');
	for (size_t i = 0; i < v->n_script; i++)
		print_script(p, v, &v->script[i]);
	json_close(p->o);
	json_open_at(p->o, "shadows", '[');
	for (size_t i = 0; i < v->n_shade; i++)
		if (!id_eq(&v->shade[i].row->author, &p->world->node->self))
			print_shade(p, &v->shade[i]);
	json_close(p->o);
	json_close(p->o);
}

int host_heard(struct db *db, const struct view *v, const struct id *self, int64_t now,
	struct arena *arena, int64_t *ret, struct why *why)
{
	struct peer_health *h;
	size_t n;
	int rc;

	*ret = now;
	if (view_is_host(v, self))
		return 0;
	rc = peer_health_list(db, arena, &h, &n, why);
	*ret = 0;
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (id_eq(&h[i].peer, &v->ex.row->object.owner))
			*ret = h[i].last_ok_ms;
	return rc;
}
