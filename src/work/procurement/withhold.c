/* withhold.c: what the public may not see: records of other labels, and what a tender keeps back; see release.h. */
#include "base/report.h"
#include "work/procurement/release.h"

bool release_label_public(const struct world *w, struct slice label)
{
	const struct charter *c = w->standing.charter;
	struct label l;

	if (!c || label_parse(&l, label, NULL) < 0 || label_check(&l, c, NULL) < 0 ||
		c->n_ladder == 0)
		return false;
	return slice_eq(l.class_name, c->ladder[0]) && (l.tlp == TLP_NONE || l.tlp == TLP_CLEAR) &&
	       l.n_tag == (l.tlp == TLP_CLEAR ? 1 : 0);
}

static void path_drop(struct tree *t, struct slice path)
{
	struct slice head = path, rest = path;
	struct tree *at;

	if (t->type == JSON_ARRAY) {
		for (struct tree *e = t->first; e; e = e->next)
			path_drop(e, path);
		return;
	}
	if (!slice_cut(&rest, '/', &head))
		return;
	at = tree_get_slice(t, head);
	if (!at)
		return;
	if (rest.n == 0)
		tree_remove(t, at);
	else
		path_drop(at, rest);
}

void release_withhold(
	const struct process *p, struct tree *release, int64_t now_ms, struct arena *arena)
{
	const struct json_doc *d;
	struct tree *list = NULL;
	unsigned n = 0;

	if (!p->tender)
		return;
	/* Also what the lead has withheld since the closing. */
	d = &p->tender_last->doc;
	for
		EACH(d, v, json_get(d, json_root(d), "withheld"))
		{
			int64_t until = get_time(d, v, "availabilityDate", 0);
			struct tree *item;

			n++;
			if (until && now_ms >= until)
				continue;
			path_drop(release, get_text(d, v, "field", arena));
			item = tree_new(arena, JSON_OBJECT);
			list = list ? list : tree_new(arena, JSON_ARRAY);
			tree_add(item, SLICE("id"),
				tree_string(arena, slice_str(arena_printf(arena, "%u", n))));
			tree_add(item, SLICE("field"),
				tree_string(arena, get_text(d, v, "field", arena)));
			tree_add(item, SLICE("rationale"),
				tree_string(arena, get_text(d, v, "rationale", arena)));
			if (until)
				tree_add(item, SLICE("availabilityDate"),
					tree_string(
						arena, get_text(d, v, "availabilityDate", arena)));
			tree_push(list, item);
		}
	if (list && !tree_get(release, "withheldInformation"))
		tree_add(release, SLICE("withheldInformation"), list);
}

struct tree *release_tender_told(
	const struct process *p, const struct world *w, int64_t now_ms, struct arena *arena)
{
	struct tree *told = tree_new(arena, JSON_OBJECT),
		    *tender = tree_of(&p->tender->doc, json_root(&p->tender->doc), arena);
	const struct json_doc *d = &p->tender_last->doc;
	struct tree *enquiries = release_enquiries(p, w, arena), *left;

	tree_add(told, SLICE("tender"), tender);
	/* In releases they stand in the tender, and by that path they are withheld; its record has none. */
	tree_add(tender, SLICE("enquiries"), enquiries);
	/* The record's own name of what releases call the tender's value. */
	for
		EACH(d, v, json_get(d, json_root(d), "withheld"))
		{
			int64_t until = get_time(d, v, "availabilityDate", 0);
			struct slice field = get_text(d, v, "field", arena);

			if ((until && now_ms >= until) ||
				(!slice_is(field, "tender/value") &&
					!slice_starts(field, "tender/value/")))
				continue;
			path_drop(tender, SLICE("estimate"));
		}
	release_withhold(p, told, now_ms, arena);
	left = tree_get(tender, "enquiries");
	if (left) {
		tree_remove(tender, left);
		tree_add(told, SLICE("enquiries"), left);
	}
	return told;
}
