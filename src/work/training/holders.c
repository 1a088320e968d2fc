/* holders.c: see holders.h. */
#include "work/training/holders.h"

#include "base/clock.h"

#include "work/training/limits.h"
#include "work/training/machine.h"
#include "work/training/store.h"

struct held {
	struct id member;
	struct slice person;
	int64_t until; /* last day; INT64_MAX: never */
};

static int by_person(const void *a, const void *b)
{
	const struct held *x = a, *y = b;
	int c = id_cmp(&x->member, &y->member);

	c = c ? c : slice_cmp(x->person, y->person);
	return c ? c : x->until > y->until ? -1 : x->until < y->until;
}

static bool held_read(const struct row *r, const struct certificate_ask *ask, struct arena *arena,
	struct held *ret)
{
	int64_t day = ask->at_ms / DAY_MS;
	struct json_doc doc;
	json_ref root;

	if (json_read(&doc, arena, r->body, &json_limits_partner, NULL) < 0)
		return false;
	root = json_root(&doc);
	*ret = (struct held){.member = r->author,
		.person = get_text(&doc, root, "person", arena),
		.until = get_date(&doc, root, "until", INT64_MAX)};
	return slice_eq(get_text(&doc, root, "code", arena), ask->code) &&
	       strcmp(machine_state(&machine_qualification, &doc, json_get(&doc, root, "steps")),
		       "granted") == 0 &&
	       get_date(&doc, root, "granted", INT64_MAX) <= day && ret->until >= day;
}

int training_holders(const struct certificate_ask *ask, struct arena *arena,
	struct certificate_holder **ret, size_t *ret_n, struct why *why)
{
	struct certificate_holder *out;
	struct held *h;
	struct rows rows;
	size_t n = 0, k = 0;
	int rc = store_kind(ask->world, ask->db, ask->who, ask->mode, KIND_QUALIFICATION,
		LIMIT_QUALIFICATION_EACH, arena, &rows, why);

	if (rc < 0)
		return rc;
	h = arena_array(arena, struct held, rows.n + 1);
	out = arena_array(arena, struct certificate_holder, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		n += held_read(&rows.p[i], ask, arena, &h[n]);
	qsort(h, n, sizeof(*h), by_person);
	for (size_t i = 0; i < n; i++) {
		bool again = i && id_eq(&h[i].member, &h[i - 1].member);
		int64_t until = h[i].until == INT64_MAX ? 0 : (h[i].until + 1) * DAY_MS;

		/* The same person twice: what lasts longest stands first. */
		if (again && slice_eq(h[i].person, h[i - 1].person))
			continue;
		if (!again)
			out[k++] = (struct certificate_holder){.member = h[i].member};
		out[k - 1].persons++;
		if (until && (!out[k - 1].until_ms || until < out[k - 1].until_ms))
			out[k - 1].until_ms = until;
	}
	*ret = out;
	*ret_n = k;
	return 0;
}
