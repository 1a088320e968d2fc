/* programme.c: rows of the programme as it is reckoned with; see programme.h. */
#include "work/training/programme.h"

#include "base/enc.h"
#include "work/training/machine.h"
#include "work/training/plan_int.h"

static int entry_row_parse(struct programme_entry *e, const struct row *row,
	struct hash *ret_window, struct arena *a, struct why *why)
{
	struct json_doc d;
	json_ref r, list;
	int rc = json_read(&d, a, row->body, &json_limits_partner, why);

	if (rc < 0)
		return rc;
	r = json_root(&d);
	*e = (struct programme_entry){.row = row,
		.title = get_text(&d, r, "title", a),
		.venue = get_text(&d, r, "venue", a),
		.kind = get_word(&d, r, "kind", entry_kinds, 0),
		.from = get_date(&d, r, "from", 0),
		.to = get_date(&d, r, "to", 0),
		.days = get_int(&d, r, "days", 1),
		.rest = get_int(&d, r, "rest_days", 0),
		.priority = get_int(&d, r, "priority", 3),
		.mandatory = get_bool(&d, r, "mandatory"),
		.state = machine_state(&machine_entry, &d, json_get(&d, r, "steps"))};
	e->start = get_date(&d, r, "start", e->from);
	e->cancelled =
		strcmp(e->state, "cancelled") == 0 || get_word(&d, r, "firm", firmness, 0) == 2;
	get_texts(&d, r, "venues", a, &e->venues, &e->n_venue);
	get_texts(&d, r, "units", a, &e->unit, &e->n_unit);
	get_ids(&d, r, "parties", a, &e->party, &e->n_party);
	get_objects(&d, r, "after", a, &e->after, &e->n_after);
	list = json_get(&d, r, "staff");
	e->staff = arena_array(a, struct demand, json_count(&d, list) + 1);
	for (json_ref s = json_first(&d, list); s; s = json_next(&d, s))
		e->staff[e->n_staff++] =
			(struct demand){get_text(&d, s, "pool", a), get_int(&d, s, "n", 0)};
	if (!e->venue.n && e->n_venue)
		e->venue = e->venues[0];
	e->reply = arena_array(a, struct entry_reply, e->n_party + 1);
	*ret_window = entry_window(&d, r, a);
	return 0;
}

static struct programme_entry *entry_at(struct programme *p, const struct object_id *o)
{
	size_t lo = 0, hi = p->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = object_id_order(&p->entry[mid].row->object, o);

		if (c == 0)
			return &p->entry[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct programme_entry *programme_find(const struct programme *p, const struct object_id *o)
{
	return entry_at((struct programme *)(uintptr_t)p, o);
}

/* A member's answer counts if the entry names it, and as long as the entry is what it answered. */
static void reply_add(
	struct programme *p, const struct row *row, const struct hash *window, struct arena *a)
{
	struct json_doc d;
	struct object_id about;
	struct programme_entry *e;
	struct hash said;
	json_ref r;

	if (json_read(&d, a, row->body, &json_limits_partner, NULL) < 0)
		return;
	r = json_root(&d);
	if (!get_object(&d, r, "entry", &about) || !(e = entry_at(p, &about)))
		return;
	for (size_t i = 0; i < e->n_reply; i++)
		if (id_eq(&e->reply[i].member, &row->author))
			return;
	if (!ids_have(e->party, e->n_party, &row->author))
		return;
	struct entry_reply *x = &e->reply[e->n_reply++];
	*x = (struct entry_reply){.member = row->author,
		.accepts = get_word(&d, r, "answer", answers, 1) == 0,
		.reason = get_text(&d, r, "reason", a)};
	x->current = hex_decode(get_text(&d, r, "window", a), said.b, sizeof(said.b)) == 0 &&
		     hash_eq(&said, &window[e - p->entry]);
	e->accepted += x->current && x->accepts;
	e->declined += x->current && !x->accepts;
}

static int mask_parse(
	struct programme_mask *m, const struct row *row, struct arena *a, struct why *why)
{
	static const char *const what[] = {"unit", "venue", "pool", NULL};
	struct json_doc d;
	json_ref r, list;
	int rc = json_read(&d, a, row->body, &json_limits_partner, why);

	if (rc < 0)
		return rc;
	r = json_root(&d);
	*m = (struct programme_mask){.row = row,
		.what = get_word(&d, r, "what", what, 0),
		.name = get_text(&d, r, "name", a),
		.capacity = get_int(&d, r, "capacity", 0)};
	list = json_get(&d, r, "busy");
	m->block = arena_array(a, struct busy_block, json_count(&d, list) + 1);
	for (json_ref b = json_first(&d, list); b; b = json_next(&d, b))
		m->block[m->n++] =
			(struct busy_block){get_date(&d, b, "from", 0), get_date(&d, b, "to", 0),
				get_word(&d, b, "kind", busy_kinds, 0), get_int(&d, b, "n", 0)};
	return 0;
}

static int by_object(const void *a, const void *b)
{
	return object_id_order(&((const struct row *)a)->object, &((const struct row *)b)->object);
}

int programme_build(struct programme *ret, struct arena *arena, const struct rows *entries,
	const struct rows *answers_of, const struct rows *masks, struct why *why)
{
	struct programme p = {.entry = arena_array(arena, struct programme_entry, entries->n + 1),
		.mask = arena_array(arena, struct programme_mask, masks->n + 1)};
	struct hash *window = arena_array(arena, struct hash, entries->n + 1);
	int rc = 0;

	qsort(entries->p, entries->n, sizeof(*entries->p), by_object);
	for (; rc == 0 && p.n < entries->n; p.n += rc == 0)
		rc = entry_row_parse(&p.entry[p.n], &entries->p[p.n], &window[p.n], arena, why);
	for (size_t i = 0; rc == 0 && i < answers_of->n; i++)
		reply_add(&p, &answers_of->p[i], window, arena);
	for (; rc == 0 && p.n_mask < masks->n; p.n_mask += rc == 0)
		rc = mask_parse(&p.mask[p.n_mask], &masks->p[p.n_mask], arena, why);
	if (rc == 0)
		*ret = p;
	return rc;
}
