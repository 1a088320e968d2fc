/* holders.h: who holds a qualification that is valid at a moment, for areas that require one (node/certificate.h). */
#ifndef TRAINING_HOLDERS_H
#define TRAINING_HOLDERS_H

#include "node/certificate.h"

/* By the code of qualifications that are granted, not suspended or revoked, and not run out: each person of a member once. */
MUST_USE int training_holders(const struct certificate_ask *ask, struct arena *arena,
	struct certificate_holder **ret, size_t *ret_n, struct why *why);

#endif
