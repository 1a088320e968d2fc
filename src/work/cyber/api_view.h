/*
 * api_view.h: what a view at a glance (the matrix, sightings over time) looks at: objects of a type, of each member by himself and the newest first, so that nobody
 * crowds out the others; up to bounds, and what is more is said (`cut`). Nothing of it is noted as shown to the caller: it is counted. What is told of an object by itself is
 * noted with view_show().
 *
 *	struct view v = {.c = c, .root = root};
 *	rc = view_type(&v, "sighting", take, ctx);             -- take(ctx, &walk) for each
 *	view_end(&v);
 */
#ifndef WORK_CYBER_API_VIEW_H
#define WORK_CYBER_API_VIEW_H

#include "work/cyber/api.h"

#include "base/map.h"

/* Objects of one type and member; ATT&CK has about 1,200 techniques and 50 tactics. */
#define VIEW_OBJECTS 10000

struct view {
	struct call *c;
	int64_t root;
	struct map seen; /* digests: what several have published is looked at once */
	bool cut;
};
void view_end(struct view *v);

/* The object is in the walk, in memory that is used again. */
typedef int view_take(void *ctx, struct list_walk *k);
MUST_USE int view_type(struct view *v, const char *type, view_take *take, void *ctx);
/* Those at these places. */
MUST_USE int view_added(
	struct view *v, const int64_t *added, size_t n_added, view_take *take, void *ctx);

/* An object of the walk, or a row, is told by itself. */
MUST_USE int view_show(struct view *v, const struct list_row *row);

/* ---- what is read of one ---- */

int64_t view_ms(const struct stix *s, const char *key, struct arena *arena); /* 0: none */
unsigned view_count(const struct stix *s); /* of a sighting: 1 to a million */
/* A text that is kept: its beginning, in the call's arena. */
struct slice view_keep(const struct view *v, struct slice text);

#endif
