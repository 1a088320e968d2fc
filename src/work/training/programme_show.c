/* programme_show.c: see programme_show.h. */
#include "work/training/programme_show.h"

#include "work/training/ics.h"
#include "work/training/limits.h"

#define FIT_MAX	       200
#define CANCELLED_DAYS 90

int programme_load(struct desk *d, enum mode mode, struct programme *ret, struct why *why)
{
	struct rows entries, replies, masks;
	int rc = store_kind(d->world, d->db, &d->reader, mode, KIND_ENTRY, LIMIT_KIND_EACH,
		d->arena, &entries, why);

	if (rc == 0)
		rc = store_kind(d->world, d->db, &d->reader, mode, KIND_ANSWER, LIMIT_KIND_EACH,
			d->arena, &replies, why);
	if (rc == 0)
		rc = store_kind(d->world, d->db, &d->reader, mode, KIND_MASK, LIMIT_KIND_EACH,
			d->arena, &masks, why);
	return rc < 0 ? rc : programme_build(ret, d->arena, &entries, &replies, &masks, why);
}

static void print_entry(struct printer *p, const struct programme_entry *e)
{
	json_open(p->o, '{');
	print_row(p, "record", e->row);
	json_put_cstr(p->o, "state", e->state);
	put_day(p->o, "start", e->start);
	put_day(p->o, "end", e->start + e->days - 1);
	json_put_string(p->o, "venue", e->venue);
	json_put_bool(p->o, "cancelled", e->cancelled);
	json_open_at(p->o, "answers", '[');
	for (size_t i = 0; i < e->n_party; i++) {
		const struct entry_reply *r = NULL;

		for (size_t k = 0; k < e->n_reply; k++)
			if (id_eq(&e->reply[k].member, &e->party[i]))
				r = &e->reply[k];
		json_open(p->o, '{');
		print_member(p, "member", &e->party[i]);
		/* An answer to what the entry was before is asked for again. */
		json_put_cstr(p->o, "answer",
			!r || !r->current ? "open"
			: r->accepts	  ? "accepted"
					  : "declined");
		json_put_string(p->o, "reason", r && r->current ? r->reason : SLICE_NONE);
		json_put_bool(p->o, "before", r && !r->current);
		json_close(p->o);
	}
	json_close(p->o);
	json_close(p->o);
}

void print_programme(struct printer *p, const struct programme *g)
{
	struct clash *c;
	size_t n;

	clash_find(g, p->arena, &c, &n);
	json_open(p->o, '{');
	json_open_at(p->o, "entries", '[');
	for (size_t i = 0; i < g->n; i++)
		print_entry(p, &g->entry[i]);
	json_close(p->o);
	json_open_at(p->o, "masks", '[');
	for (size_t i = 0; i < g->n_mask; i++)
		print_row(p, NULL, g->mask[i].row);
	json_close(p->o);
	json_open_at(p->o, "clashes", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(p->o, '{');
		json_put_cstr(p->o, "kind", clash_kinds[c[i].kind]);
		print_record(p, "a", &c[i].a->row->object);
		if (c[i].b)
			print_record(p, "b", &c[i].b->row->object);
		else
			json_put_null(p->o, "b");
		json_put_string(p->o, "resource", c[i].resource);
		put_day(p->o, "from", c[i].from);
		put_day(p->o, "to", c[i].to);
		json_put_cstr(p->o, "text", c[i].text);
		json_close(p->o);
	}
	json_close(p->o);
	json_close(p->o);
}

void print_fit(struct printer *p, const struct programme *g, const struct programme_entry *e)
{
	struct fit *f;
	size_t n;

	fit_find(g, e, FIT_MAX, p->arena, &f, &n);
	json_open(p->o, '{');
	print_record(p, "entry", &e->row->object);
	json_open_at(p->o, "places", '[');
	for (size_t i = 0; i < n; i++) {
		struct clash *c;
		size_t k;

		json_open(p->o, '{');
		put_day(p->o, "start", f[i].start);
		json_put_string(p->o, "venue", f[i].venue);
		json_put_i64(p->o, "cost", f[i].cost);
		json_put_u64(p->o, "clashes", f[i].clashes);
		clash_of(g, e, f[i].start, f[i].venue, p->arena, &c, &k);
		json_put_cstr(p->o, "why", k ? c[0].text : "");
		json_close(p->o);
	}
	json_close(p->o);
	json_close(p->o);
}

void print_proposal(struct printer *p, const struct search_found *f)
{
	json_open(p->o, '{');
	json_put_i64(p->o, "value", f->value);
	json_put_i64(p->o, "greedy", f->greedy);
	json_put_u64(p->o, "placed", f->placed);
	json_put_u64(p->o, "rounds", f->rounds);
	json_open_at(p->o, "places", '[');
	for (size_t i = 0; i < f->n; i++) {
		const struct placement *x = &f->p[i];

		json_open(p->o, '{');
		print_record(p, "entry", &x->entry->row->object);
		json_put_string(p->o, "title", x->entry->title);
		json_put_bool(p->o, "placed", x->placed);
		if (x->placed) {
			put_day(p->o, "start", x->start);
			json_put_string(p->o, "venue", x->venue);
			json_put_bool(p->o, "moved",
				x->start != x->entry->start ||
					!slice_eq(x->venue, x->entry->venue));
		}
		json_close(p->o);
	}
	json_close(p->o);
	json_close(p->o);
}

void programme_ics(struct desk *d, const struct programme *g, bool busy, struct buf *b)
{
	struct ics_event *e = arena_array(d->arena, struct ics_event, g->n + 1);
	struct ics_calendar c = {
		.name = SLICE("Training programme"), .busy = busy, .event = e, .now_ms = d->now};

	for (size_t i = 0; i < g->n; i++) {
		const struct programme_entry *x = &g->entry[i];
		char object[OBJECT_TEXT + 1];

		/* A subscriber that looks once a week must see that it is off; after three months nobody does. */
		if (strcmp(x->state, "draft") == 0 ||
			(x->cancelled && d->now - x->row->time_ms > CANCELLED_DAYS * DAY_MS))
			continue;
		object_format(&x->row->object, object);
		e[c.n++] = (struct ics_event){
			.uid = slice_str(arena_printf(d->arena, "%s@entente", object)),
			.summary = x->title,
			.location = x->venue,
			.category =
				x->kind == 0 ? SLICE("EXERCISE") : slice_str(entry_kinds[x->kind]),
			.from = x->start,
			.to = x->start + x->days - 1,
			.modified_ms = x->row->time_ms,
			.sequence = x->row->seq,
			.status = x->cancelled ? ICS_CANCELLED
				  : strcmp(x->state, "firm") == 0 || strcmp(x->state, "done") == 0
					  ? ICS_CONFIRMED
					  : ICS_TENTATIVE};
	}
	ics_write(b, &c);
}
