/* lint_int.h: between the files lint*.c only. */
#ifndef TRAINING_LINT_INT_H
#define TRAINING_LINT_INT_H

#include "base/vec.h"
#include "work/training/lint.h"

struct linting {
	const struct view *v;
	const struct lint_ask *ask;
	struct arena *arena;
	VEC(struct finding) found;
};
void lint_say(struct linting *l, const char *rule, bool blocks, const struct object_id *o,
	struct slice number, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
bool lint_live(const struct script *s); /* not obsolete */
/* Where it stands in the story; false if it has no time of its own. */
bool lint_time(const struct view *v, const struct script *s, int64_t *ret);
void lint_text(struct linting *l, const struct script *s); /* lint_text.c */
void lint_load(struct linting *l);			   /* lint_load.c */

#endif
