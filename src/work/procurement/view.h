/*
 * view.h: what this workspace shows, as JSON: the same for the API and for `entente procure --json`.
 */
#ifndef PROCUREMENT_VIEW_H
#define PROCUREMENT_VIEW_H

#include "work/procurement/offer.h"

/* {"object", "kind", "author", "author_label", "time", "mode", "label", "leaf", "own", "content"} */
void view_row(struct json_out *o, const char *key, const struct row *r, const struct world *w,
	struct arena *arena);
/* A line of the board: from a brief reading. */
void view_card(
	struct json_out *o, const struct process *p, const struct world *w, struct arena *arena);
/* All of one procurement. `twin`: the agreement that has had its ocid before (twin.h), or NULL. */
void view_process(struct json_out *o, const struct process *p, const struct world *w,
	unsigned confirmed, unsigned needed, const struct object_id *twin, struct arena *arena);
void view_findings(struct json_out *o, const char *key, const struct seal_replay *r,
	const struct world *w, struct arena *arena);
/* The award as a solver gives it, with what is shown beside it. `content`: only what stands in a record procurement/award/1. */
struct award_view {
	const struct award_case *c;
	const struct award_result *r;
	const struct award_cost *cost;
	size_t n_cost;
	const int64_t *more; /* per offer of a loser, INT64_MIN: none with it; NULL: not computed */
	bool record; /* as it is written: of losers no more than fit, and how many are left out */
	const char *status;
	int64_t standstill_ms;
};
void view_award(struct json_out *o, const struct process *p, const struct award_view *v,
	struct arena *arena);
void view_shares(struct json_out *o, const char *key, const struct process *p,
	const struct award_case *c, const struct share_result *r, const struct object_id *award,
	bool content, const struct world *w, struct arena *arena);
void view_money(struct json_out *o, const char *key, int64_t amount, const struct currency *c);

void view_id(struct json_out *o, const char *key, const struct id *id);
void view_object(struct json_out *o, const char *key, const struct object_id *id);
void view_hash(struct json_out *o, const char *key, const struct hash *h);
void view_time(struct json_out *o, const char *key, int64_t ms);

#endif
