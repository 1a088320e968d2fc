/* task.h: what runs by itself: releases what is due, opens what was sealed, tells that something has arrived. */
#ifndef TRAINING_TASK_H
#define TRAINING_TASK_H

#include "web/work.h"

extern const struct web_task training_tasks[];

/* One round over all exercises of a coalition at this node: what `entente training run` does without a server. */
struct training_round {
	size_t delivered, received, sent; /* sent: is to go out by mail or webhook */
	int64_t next;			  /* real time at which something is due; 0: nothing */
};
struct desk;
/* What becomes of the round when one exercise fails: it is reported and passed over (0), unless nothing more can be written at all (E_IO). */
MUST_USE int exercise_failed(const struct object_id *exercise, int rc, struct why *why);
/* Writes through `write`; E_STATE is no error of the round. Opens its own transactions. */
MUST_USE int training_round(const struct node *node, struct db *db, const struct id *coalition,
	int (*write)(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
		struct why *why),
	void *ctx, struct training_round *ret, struct why *why);

#endif
