/*
 * out.h: what goes out of the node beside the logs: mails of injects, letters of webhooks, statements to a learning record store. Local to this node: in no log, sent to
 * nobody else, untouched by a rebuild. Each thing goes out once, however often it is wanted: its id is made of what it is about.
 *
 *	rc = out_want(db, &item, now, why);                              -- in a write transaction; again is fine
 *	while (out_take(db, OUT_MAIL, now, lease, &arena, &item, why) == 0)
 *		rc = out_done(db, item.row, OUT_SENT, 0, now, "", why);   -- or OUT_WAITING and when to try again; or OUT_DEAD and why
 */
#ifndef TRAINING_OUT_H
#define TRAINING_OUT_H

#include "db/db.h"
#include "node/notify.h"

enum out_channel { OUT_MAIL, OUT_HOOK, OUT_XAPI };
extern const char *const out_channels[], *const out_states[];

#define OUT_ID	    64 /* hex */
#define OUT_TRIES   15 /* with doubling from 2 s to an hour: some five hours */
#define OUT_KEEP_MS (30LL * 24 * 3600 * 1000)

extern const char out_schema[];

struct out_item {
	char id[OUT_ID + 1];
	enum out_channel channel;
	int64_t coalition; /* row */
	struct object_id about;
	struct slice target; /* an address, a webhook's name, "" */
	struct slice body;   /* what is sent, ready */
	enum out_state state;
	struct slice error;
	int64_t row, tries, made_ms, next_ms, done_ms;
};

/* Of channel, object, a further word (a version, an address). */
void out_id(enum out_channel channel, const struct object_id *about, struct slice word,
	char ret[OUT_ID + 1]);
MUST_USE int out_known(struct db *db, const char *id, bool *ret, struct why *why);
/* Once for an id; state and error as given. In a write transaction. */
MUST_USE int out_want(struct db *db, const struct out_item *item, int64_t now_ms, struct why *why);
/* The next that is due, for `lease_ms`. Own transaction. E_MISSING. */
MUST_USE int out_take(struct db *db, enum out_channel channel, int64_t now_ms, int64_t lease_ms,
	struct arena *arena, struct out_item *ret, struct why *why);
/* Own transaction. */
MUST_USE int out_done(struct db *db, int64_t row, enum out_state state, int64_t next_ms,
	int64_t now_ms, const char *error, struct why *why);
/* The other end is away: nothing of the channel goes before `until_ms`, and only what was tried counts a try. Own transaction. */
MUST_USE int out_hold(struct db *db, enum out_channel channel, int64_t until_ms, struct why *why);
/* When the next of a channel is due, 0: none waits. Asked of channels that there is a way for: what has none waits for one. */
MUST_USE int out_due(struct db *db, enum out_channel channel, int64_t *ret_ms, struct why *why);
/* Of a coalition, newest first; of a webhook's letter how far that has come. */
MUST_USE int out_list(struct db *db, int64_t coalition, size_t limit, struct arena *arena,
	struct out_item **ret, size_t *ret_n, struct why *why);
/* What it is about, for who asks whether he may know of it. E_MISSING. */
MUST_USE int out_about(
	struct db *db, int64_t coalition, int64_t row, struct object_id *ret, struct why *why);
/* May it be sent again? A letter has its own queue, and what was never made ready has nothing to send. */
bool out_can_again(enum out_state state, enum out_channel channel, struct slice body);
/* A dead one waits again. In a write transaction. E_MISSING; E_STATE if it is not dead. */
MUST_USE int out_again(struct db *db, int64_t row, int64_t now_ms, struct why *why);
/* In a write transaction. */
MUST_USE int out_sweep(struct db *db, int64_t before_ms, struct why *why);

/* ---- the learning record store that statements go to; at most one ---- */

struct lrs {
	struct slice endpoint;	    /* https; "/statements" is put behind it */
	struct slice authorization; /* the header's value; empty: none */
	struct slice clearance;	    /* what it may be told of: a class, or "*" */
	bool has_pin;
	struct hash pin;
	int64_t made_ms; /* nothing older is told */
};
/*
 * In a write transaction; E_INVALID with a pointer. What waits for another store than this is given up: it was for that one's clearance. The same store again (with
 * another password, say) goes on where it was.
 */
MUST_USE int lrs_set(const struct node *node, struct db *db, const struct lrs *l, struct why *why);
MUST_USE int lrs_drop(struct db *db, int64_t now_ms, struct why *why);
/* E_MISSING if there is none. */
MUST_USE int lrs_get(const struct node *node, struct db *db, struct arena *arena, struct lrs *ret,
	struct why *why);

#endif
