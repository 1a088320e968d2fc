/* after.h: what API and commands share of lint, coverage, replay, report and what is brought in. */
#ifndef TRAINING_AFTER_H
#define TRAINING_AFTER_H

#include "work/training/bring.h"
#include "work/training/print.h"

void print_lint(struct printer *p, struct desk *d, const struct view *v);
void print_cover(struct printer *p, const struct view *v);
/* The report with the lessons and actions of the exercise; in a read transaction. */
MUST_USE int report_make(struct desk *d, const struct view *v, struct buf *b, struct why *why);
/*
 * The replay as a member may see it (NULL: as this reader may), until a real time (0: all). What is not released to that member is not in it. In a read transaction.
 */
MUST_USE int replay_make(struct desk *d, const struct view *v, const struct id *member,
	int64_t until, struct buf *b, struct why *why);

#endif
