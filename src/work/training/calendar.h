/*
 * calendar.h: addresses at which a calendar program finds the programme without signing in: /calendar/SECRET.ics. Local to this node. What is served is what the person who
 * made the address may see now, up to the clearance that it was made with; `busy`: only that the days are taken. Only a hash of the secret is kept; it is shown once.
 *
 *	rc = calendar_new(node, db, &wish, secret, why);        -- in a write transaction
 *	GET /calendar/<secret>.ics                              -- ETag, 304; 404 alike for unknown, dropped, and of a disabled person
 */
#ifndef TRAINING_CALENDAR_H
#define TRAINING_CALENDAR_H

#include "node/account.h"
#include "web/work.h"

extern const char calendar_schema[];

#define CALENDAR_ID	16 /* hex */
#define CALENDAR_SECRET 52 /* 32 random bytes in base32 */
#define CALENDAR_NAME	64
#define CALENDARS_MAX	1000
#define CALENDARS_EACH	20 /* of one account: nobody takes the others' places */

struct calendar {
	char id[CALENDAR_ID + 1];
	int64_t coalition; /* row */
	struct id coalition_id;
	int64_t account;
	struct slice owner; /* its name */
	struct slice name, clearance;
	enum mode mode;
	bool busy;
	int64_t made_ms;
};
/* `id` and `made_ms` are made here. E_INVALID for the name, E_LIMIT. In a write transaction. */
MUST_USE int calendar_new(const struct node *node, struct db *db, struct calendar *c,
	char ret_secret[CALENDAR_SECRET + 1], struct why *why);
/* Of an account, or (0) of all; of one coalition. */
MUST_USE int calendar_list(struct db *db, int64_t coalition, int64_t account, struct arena *arena,
	struct calendar **ret, size_t *ret_n, struct why *why);
/* Of this account, or (0) of anybody. E_MISSING. In a write transaction. */
MUST_USE int calendar_drop(struct db *db, struct slice id, int64_t account, struct why *why);
/* E_MISSING. */
MUST_USE int calendar_find(struct db *db, struct slice secret, struct arena *arena,
	struct calendar *ret, struct why *why);

extern const struct web_door calendar_doors[];

#endif
