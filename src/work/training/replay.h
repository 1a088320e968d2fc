/*
 * replay.h: an exercise told again, from the records that a reader may see: each time, and at each node that has them, byte for byte the same. Nothing in it is local: no
 * labels of this node, no clock but those of the records.
 */
#ifndef TRAINING_REPLAY_H
#define TRAINING_REPLAY_H

#include "work/training/view.h"

enum replay_kind {
	REPLAY_CONTROL,
	REPLAY_DELIVERY,
	REPLAY_RECEIPT,
	REPLAY_RESPONSE,
	REPLAY_OBSERVATION,
	REPLAY_RATING
};
struct replay_event {
	int64_t real;
	enum replay_kind kind;
	const struct row *row;
	const void *what; /* control, delivery … of the view */
};
/* In order of (real time, kind, author and place in his log). */
void replay_build(
	const struct view *v, struct arena *arena, struct replay_event **ret, size_t *ret_n);

/* Planned against actual: folds over the same events. */
struct replay_measures {
	size_t planned, delivered, automatic, responded, late, in_time, observed;
	int64_t delay_max_ms, response_median_ms; /* of those that have one; -1: none */
};
struct replay_measures replay_measure(const struct view *v, struct arena *arena);
/* JSON with the events, the measures, and the SHA-256 over the events. */
void replay_print(const struct view *v, struct arena *arena, struct buf *b);

#endif
