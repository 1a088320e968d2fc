/*
 * needs.h: what needs somebody now, computed from the standing, the logs and the partners of a coalition. Nothing is stored; the same question has the same answer on
 * Home, in the tray, in mails and at the API.
 *
 *	struct needs *n = needs_new(&arena);
 *	rc = needs_load(n, &world, db, &reader, &roles, why);         -- for each coalition
 *	needs_sort(n);
 *
 * A workspace adds its own by `needs` of its struct workspace, with need_add().
 */
#ifndef NODE_NEEDS_H
#define NODE_NEEDS_H

#include "node/account.h"

enum need_level { NEED_LOOK, NEED_ACT, NEED_ALARM };
const char *need_level_name(enum need_level l); /* "look" … */

#define NEED_ID	    32 /* hex */
#define NEED_VALUES 3

struct need_value {
	const char *key; /* NULL: no more */
	struct slice text;
};
struct need {
	char id[NEED_ID + 1];
	enum need_level level;
	enum area area;
	enum mode mode;
	const char *text; /* key of the message: "need.ratify" */
	struct need_value value[NEED_VALUES];
	const char *words; /* the same in English, for mails */
	const char *place; /* page of the web shell, behind "#/" */
	struct id coalition;
	int64_t coalition_row;
	struct slice coalition_name;
};

#define NEEDS_MAX 500
struct needs {
	struct arena *arena; /* borrowed */
	const struct world *w;
	struct need *need;
	size_t n;
};
struct needs *needs_new(struct arena *arena);
/* For somebody with these roles; `who` NULL: whoever may see everything. In a read transaction. */
MUST_USE int needs_load(struct needs *n, const struct world *w, struct db *db,
	const struct reader *who, const struct roles *roles, struct why *why);
/* `what` tells it from all others of the coalition, and stays the same as long as it is the same need. id, coalition and its name are set here. */
void need_add(struct needs *n, const char *what, const struct need *need);
/* Alarms first. */
void needs_sort(struct needs *n);

#endif
