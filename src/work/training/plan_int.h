/* plan_int.h: between the files plan*.c only. */
#ifndef TRAINING_PLAN_INT_H
#define TRAINING_PLAN_INT_H

#include "work/training/plan.h"

struct slice lowest_label(const struct desk *d);
MUST_USE int content_read(struct desk *d, struct slice content, struct json_doc *ret,
	json_ref *ret_root, struct why *why);
/* The content with one more step. */
struct slice content_step(struct desk *d, const struct json_doc *doc, json_ref root, const char *to,
	struct slice reason, const struct hash *script);
/* Rules that block an inject, and its shadow: plan_inject.c. `body` has been checked. */
MUST_USE int plan_inject(struct desk *d, const struct view *v, struct plan *p,
	const struct id *member, size_t n, struct slice label, struct slice body, struct why *why);
/* Its shadow is over. */
MUST_USE int plan_shadow_end(struct desk *d, const struct view *v, const struct script *s,
	struct plan *p, struct why *why);
/* The label of what is delivered: the inject's, where a class alone stands for the coalition's policy and that class; else that of the exercise. */
struct slice play_label(const struct desk *d, const struct view *v, const struct inject *j);
/* The members that an inject is for. */
void inject_parties(const struct view *v, const struct inject *j, struct arena *arena,
	struct id **ret, size_t *ret_n);
/* A response, an answer, an acceptance: to what is there and is meant for this node. */
MUST_USE int plan_answers(struct desk *d, const struct kind *k, const struct view *v,
	const struct json_doc *doc, json_ref root, struct why *why);
/* The records in another workspace that an inject is played through, of which the delivery names one: plan_other.c, native.h. *ret_has false: its way is another. */
MUST_USE int plan_other(struct desk *d, const struct view *v, const struct inject *j,
	struct plan *p, struct slice label, const struct id *member, size_t n, bool *ret_has,
	struct object_id *ret, struct why *why);
/* Would it be refused there? Asked when it is written, not only when it is due. */
MUST_USE int plan_other_check(
	struct desk *d, const struct view *v, const struct inject *j, struct why *why);
/* Of an entry: what was asked. */
struct hash entry_window(const struct json_doc *doc, json_ref root, struct arena *arena);

#endif
