/* proposal.c: who has put his name to a charter that would be the next one; see standing.h. */
#include "pact/standing.h"

const struct standing_proposal *proposal_of(
	const struct standing *s, const struct charter *c, struct arena *arena)
{
	if (!charter_follows(c, s->charter))
		return NULL;
	for (size_t i = 0; i < s->n_proposal; i++)
		if (hash_eq(&s->proposal[i].hash, &c->hash))
			return &s->proposal[i];
	struct standing_proposal *unsigned_yet = arena_new(arena, struct standing_proposal);
	*unsigned_yet = (struct standing_proposal){.hash = c->hash,
		.version = c->version,
		.member = arena_array(arena, struct id, c->n_member),
		.n_member = c->n_member};
	for (size_t i = 0; i < c->n_member; i++)
		unsigned_yet->member[i] = c->member[i].id;
	return unsigned_yet;
}

const struct id *proposal_missing(
	const struct standing_proposal *p, struct arena *arena, size_t *ret_n)
{
	struct id *out = arena_array(arena, struct id, p->n_member);
	size_t n = 0, k = 0;

	for (size_t i = 0; i < p->n_member; i++) {
		if (k < p->n_signed && id_eq(&p->signed_by[k], &p->member[i]))
			k++;
		else
			out[n++] = p->member[i];
	}
	*ret_n = n;
	return out;
}
