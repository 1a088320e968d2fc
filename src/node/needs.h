/*
 * needs.h: what needs somebody now, computed from the standing, the logs and the partners of a coalition. Nothing is stored; the same question has the same answer on
 * Home, in the tray, in mails and at the API.
 *
 *	struct needs *n = needs_new(&arena);
 *	rc = needs_load(n, &world, db, &reader, &roles, why);         -- for each coalition
 *	needs_sort(n);
 *
 * A workspace adds its own by `needs` of its struct workspace, with need_add(). What it says of records it takes from what `who` may see (needs_reader()), and each need bears
 * the label of the record that it is about: reminders are for who is cleared for it.
 *
 * Whoever shows needs to a person notes the records that they name as read by him: need_shown().
 *
 * Nobody's flood hides what is worse or what is elsewhere: of an area in a coalition there are at most NEEDS_EACH, an alarm takes the place of what only wants a look, and how many are
 * left out is a need of its own.
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
	struct slice
		label;	  /* of the record that it tells of; empty: nothing of a record is in it */
	const char *text; /* key of the message: "need.ratify" */
	struct need_value value[NEED_VALUES];
	const char *words; /* the same in English, for mails */
	struct hash leaf;  /* of that record; zero: of none */
	/* The other record that it names; label.p == NULL: none. */
	struct {
		struct slice label;
		struct hash leaf;
	} named;
	bool mixed; /* set by need_about(): `named` is under another label: no mail says its words, which `label` alone does not cover */
	const char *place; /* page of the web shell, behind "#/" */
	struct id coalition;
	int64_t coalition_row;
	struct slice coalition_name;
};

#define NEEDS_MAX  2000
#define NEEDS_EACH 60
struct needs {
	struct arena *arena; /* borrowed */
	const struct world *w;
	struct need *need;
	size_t n;
	size_t first;			   /* of this coalition */
	size_t left[AREAS][MODE_TEST + 1]; /* not added, of this coalition */
};
struct needs *needs_new(struct arena *arena);
/* For somebody with these roles; `who` NULL: whoever may see everything. In a read transaction. */
MUST_USE int needs_load(struct needs *n, const struct world *w, struct db *db,
	const struct reader *who, const struct roles *roles, struct why *why);
/* `what` tells it from all others of the coalition, and stays the same as long as it is the same need. id, coalition and its name are set here. */
void need_add(struct needs *n, const char *what, const struct need *need);
/*
 * A need of a workspace, about a record: `what` is its key and this object. Values are copied, long ones cut short; label and place are copied; `words` is English with {key} where a value
 * stands.
 */
void need_about(struct needs *n, const struct object_id *about, const struct need *need);
/* `who` of needs_load as a reader: NULL is everything that this node holds. */
struct reader needs_reader(const struct world *w, const struct reader *who);
/* Notes what a need names of records as shown to `who` (readings.h), a reader of its coalition `w`. */
void need_shown(const struct need *need, const struct world *w, const struct reader *who);
/* Alarms first. */
void needs_sort(struct needs *n);

#endif
