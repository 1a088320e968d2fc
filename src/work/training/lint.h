/*
 * lint.h: what is wrong with a script, or missing: by rule and record. Warns; only four rules block (and are refused at saving already): a cycle, a recipient that takes no
 * part, one outside the play label, a controller outside the control label. Pure; what needs more than the view is asked of the caller.
 */
#ifndef TRAINING_LINT_H
#define TRAINING_LINT_H

#include "work/training/view.h"

struct lint_ask {
	void *ctx;
	/* Does the label admit the member? */
	bool (*admits)(void *ctx, struct slice label, const struct id *member);
	/* May the member read this record? */
	bool (*reads)(void *ctx, const struct row *row, const struct id *member);
	/* Is the file here? */
	bool (*has_file)(void *ctx, const struct hash *sha256);
};
struct finding {
	const char *rule;
	bool blocks;
	struct object_id object; /* the record to look at */
	struct slice number;
	const char *text;
};
/* In order of rule, then number. Without `ask` the rules that need it are left out. */
void lint_run(const struct view *v, const struct lint_ask *ask, struct arena *arena,
	struct finding **ret, size_t *ret_n);
/* All rules there are, NULL at the end. */
extern const char *const lint_rules[];

#endif
