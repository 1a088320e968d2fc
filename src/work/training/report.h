/*
 * report.h: the after-action report: one page of HTML that prints on paper, drafted from the records that its reader may see. What is evaluated and not released is counted and
 * said to be so. Nothing in it needs another file.
 */
#ifndef TRAINING_REPORT_H
#define TRAINING_REPORT_H

#include "node/world.h"
#include "work/training/store.h"

/* `lessons` and `actions` are those of the exercise (real records). */
void report_print(const struct view *v, const struct world *w, const struct rows *lessons,
	const struct rows *actions, const struct rows *acceptances, struct arena *arena,
	struct buf *b);
/* A delivery as a card to be handed over. */
void card_print(const struct view *v, const struct world *w, const struct delivery *d,
	struct arena *arena, struct buf *b);

#endif
