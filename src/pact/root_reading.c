/* root_reading.c: see root_reading.h. */
#include "pact/root_reading.h"

#include "base/limits.h"
#include "base/report.h"
#include "pact/acts.h"

int root_reading_begin(struct root_reading *r, const struct id *member, struct slice note, size_t n,
	const struct standing_fork *fork, size_t n_fork, struct why *why)
{
	struct root_chain *c = &r->chain;
	struct slice copy = arena_copy(r->arena, note);

	*c = (struct root_chain){.member = *member};
	c->version = arena_array(r->arena, struct root, n + 1);
	c->spot = r->spot = arena_array(r->arena, struct root_spot, n + 1);
	r->fork = fork;
	r->n_fork = n_fork;
	r->bytes = copy.n;
	int rc = root_check(&c->version[0], r->arena, copy, NULL, why);
	if (rc < 0)
		return rc;
	if (!id_eq(&c->version[0].member, member))
		return why_set(why, E_VERIFY, "root", "the root document is of another member");
	c->n = 1;
	return 0;
}

static bool cut_away(const struct root_reading *r, const struct entry *e)
{
	for (size_t i = 0; i < r->n_fork; i++) {
		const struct standing_fork *f = &r->fork[i];
		if (f->epoch == e->log.epoch && e->seq >= f->cut &&
			id_eq(&f->author, &r->chain.member))
			return true;
	}
	return false;
}

void root_reading_take(struct root_reading *r, const struct entry *e, struct slice payload)
{
	struct root_chain *c = &r->chain;

	if (cut_away(r, e) || e->mode != MODE_REAL || act_entry_check(e, ACT_ROOT, NULL) < 0 ||
		payload.n > LIMIT_ROOT_CHAIN_BYTES - r->bytes || c->n == LIMIT_ROOT_VERSIONS)
		return;
	struct slice note = arena_copy(r->arena, payload);
	r->bytes += note.n;
	if (root_check(&c->version[c->n], r->arena, note, &c->version[c->n - 1], NULL) < 0)
		return;
	r->spot[c->n++] = (struct root_spot){true, e->log.epoch, e->seq};
}
