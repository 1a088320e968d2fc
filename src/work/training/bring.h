/* bring.h: other formats into an exercise: what a playbook or a CEXF exercise becomes, as drafts. */
#ifndef TRAINING_BRING_H
#define TRAINING_BRING_H

#include "work/training/cacao.h"
#include "work/training/cexf.h"
#include "work/training/plan.h"

/* Actions become critical tasks, branches contingency injects (manual, drafts). E_STATE if all of it is here already: a step comes in once. */
MUST_USE int plan_playbook(struct desk *d, const struct view *v, const struct cacao *c,
	struct plan *ret, struct why *why);
/* Injects, numbered C1, C2 … in the order of the flow; a number that is here already is left alone. */
MUST_USE int plan_cexf(struct desk *d, const struct view *v, const struct cexf *c, struct plan *ret,
	struct why *why);
/* Busy days as a mask of this member; a mask of that name is replaced. */
MUST_USE int plan_busy(struct desk *d, enum mode mode, const char *what, struct slice name,
	struct slice ics, int64_t from, int64_t to, const struct audience *a, struct plan *ret,
	struct why *why);

#endif
