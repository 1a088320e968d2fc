/*
 * cover.h: what an exercise covers of its objectives: three numbers side by side, never one score. Designed: an approved inject with an expected action, and somebody who
 * evaluates; delivered: of these, one has gone out; evaluated: a rating that is not "not observed". Folds over the view.
 */
#ifndef TRAINING_COVER_H
#define TRAINING_COVER_H

#include "work/training/view.h"

struct cover_objective {
	const struct part *part;
	bool designed, delivered, evaluated;
	size_t injects, played, observations;
	/* Ratings by level of the scale; beside them: not observed, and evaluated but kept at home. */
	size_t *rated, not_observed, withheld;
	size_t *phase; /* injects by phase, in order of cover.phase; the last is "no phase" */
};
struct cover {
	struct cover_objective *objective;
	size_t n;
	const struct part **phase;
	size_t n_phase;
	size_t designed, delivered, evaluated;
};
void cover_build(struct cover *ret, struct arena *arena, const struct view *v);

#endif
