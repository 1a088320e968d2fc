/*
 * certificate.h: who holds a certificate at a moment: asked by areas that require one, answered by those that keep qualifications (`certificates` of struct workspace). So
 * neither knows the other. Only what the reader may see is counted, and only of the mode that is asked about: an exercise never counts real people, nor the other way round.
 *
 *	rc = certificates_find(&(struct certificate_ask){&world, db, &reader, mode, SLICE("EMT-2"), at_ms}, &arena, &holder, &n, why);
 */
#ifndef NODE_CERTIFICATE_H
#define NODE_CERTIFICATE_H

#include "node/world.h"

struct certificate_ask {
	const struct world *world;
	struct db *db; /* in a read transaction */
	const struct reader *who;
	enum mode mode;
	struct slice code;
	int64_t at_ms;
};
struct certificate_holder {
	struct id member;
	size_t persons;	  /* whose certificate is valid then */
	int64_t until_ms; /* when the first of them runs out; 0: none does */
};
/* One row for each member, in order of id; empty if nobody holds it, or nobody tells. */
MUST_USE int certificates_find(const struct certificate_ask *ask, struct arena *arena,
	struct certificate_holder **ret, size_t *ret_n, struct why *why);

#endif
