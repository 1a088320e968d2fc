/*
 * print.h: what is shown, as JSON: for the API and for `--json` alike. Everything comes out of a view, so it is what its reader may see.
 */
#ifndef TRAINING_PRINT_H
#define TRAINING_PRINT_H

#include "node/world.h"
#include "work/training/due.h"

struct printer {
	struct json_out *o;
	const struct world *world;
	struct arena *arena;
	int64_t now;
};

/* {"id", "label"} */
void print_member(struct printer *p, const char *key, const struct id *id);
void print_time(struct printer *p, const char *key, int64_t ms); /* 0: null */
void print_record(struct printer *p, const char *key, const struct object_id *o);
/* A record: who, when, for whom it is labelled, its state, its content. */
void print_row(struct printer *p, const char *key, const struct row *r);

/* The clock as it stands now, and its segments. `heard`: when the host was last heard of (its own node: now; 0: never). */
void print_clock(struct printer *p, const char *key, const struct view *v, int64_t heard);
void print_due(struct printer *p, const char *key, const struct inject_due *d);
/* The line of a list of exercises. */
void print_summary(struct printer *p, const char *key, const struct view *v);
/* Everything of an exercise but the run. */
void print_exercise(struct printer *p, const struct view *v, int64_t heard);
/* EXCON's desk. */
void print_live(struct printer *p, const struct view *v, int64_t heard);
/* A delivery with its lights: who has received, seen, acknowledged, answered, who is late. */
void print_delivery(
	struct printer *p, const char *key, const struct view *v, const struct delivery *d);

/* Times when a member's host was last heard of, for `heard`. */
MUST_USE int host_heard(struct db *db, const struct view *v, const struct id *self, int64_t now,
	struct arena *arena, int64_t *ret, struct why *why);

#endif
