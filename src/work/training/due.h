/*
 * due.h: when an inject goes out, and why: its own time on the clock, what it waits for, what EXCON has said about it. Pure; the same at every node that has the
 * same records.
 *
 *	struct inject_due d = inject_due(v, &v->script[i], now);
 *	if (d.at.state == DUE_AT && d.at.real <= now && d.automatic && !d.delivery) release it
 */
#ifndef TRAINING_DUE_H
#define TRAINING_DUE_H

#include "work/training/view.h"

struct inject_due {
	struct clock_due
		at;	/* DUE_AT: then; HELD: since then; PENDING: not on the clock as it runs */
	bool automatic; /* goes out by itself at that moment */
	bool by_excon;	/* EXCON has released, held, deferred or dropped it: `control` */
	const struct control *control;
	const struct delivery *delivery; /* it has gone out */
	bool unready;			 /* would be due, but its script is not approved */
	bool offered;			 /* contingency: its condition holds since at.real */
	bool waits;			 /* for another inject, its answer or its silence */
};

/* `now` decides only whether a contingency is offered yet. `s` is one of the view's. Each script is worked out once, so all of them together cost as much as there are. */
struct inject_due inject_due(const struct view *v, const struct script *s, int64_t now);
/* What it waits for, of what this reader may see: by its due time, by its condition. */
size_t inject_waits_for(const struct view *v, const struct script *s, const struct script *ret[2]);
/* It waits for itself, or for others that do: it never goes by itself. */
bool inject_in_circle(const struct view *v, const struct script *s);

/* One line of what is to be done, in order of (time, number). */
struct agenda_item {
	const struct script *script; /* or */
	const struct shade *shade;   /* of somebody else's: a half hour and a load */
	struct inject_due due;
	int64_t real;
};
struct agenda {
	struct agenda_item *overdue, *now, *next, *held, *later;
	size_t n_overdue, n_now, n_next, n_held, n_later;
};
/*
 * EXCON's three columns: overdue (due, ready, nobody has let it go), now (due within `soon_ms` or waiting for a word since then), next (within `next_ms`), and what
 * is held, offered or has no time. Shadows stand among them by their half hour.
 */
void agenda_build(struct agenda *ret, struct arena *arena, const struct view *v, int64_t now,
	int64_t soon_ms, int64_t next_ms);

#endif
