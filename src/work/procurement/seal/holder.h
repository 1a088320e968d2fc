/*
 * holder.h: what one holder does from the end of the grace on, until a tender is closed: a pure function of the messages, the tender's versions and the hour, so that a node, a test and
 * a reader of the log come to the same.
 *
 *	holder_next(&replay, me, &tenders, &mine, now_ms, &arena, &next);
 *	send next.show; switch (next.what) …       -- print it, send it, look again
 *
 * 1. When the grace is over a holder says what it knows: one close.view. From then on it gives no receipts, and holds no closing to more than that: what comes to light later can
 *    neither be forced into a closing nor keep holders from signing one.
 * 2. The lead closes as soon as all have said so, or after PROCUREMENT_TAKEOVER_MS; while somebody says that more counts than the lead can show, it waits for that once as long. If it
 *    does not close, the others do, one after the other.
 * 3. A holder signs one closing, whatever else is here or no longer here: one whose author's turn has come; that counts all that its own view does (with the sealed bids that are there) and all that it has
 *    receipted; that counts nothing for which the receipts are not here (it waits for them); and whose set in force follows from what counts.
 * 4. What a holder relies on it has in its own log, or puts there, so that nobody can show it to one alone: the signatures of a postponement that stands; the closing that it signs; and of each
 *    commit that its view or its closing counts, and that of somebody else does not, commit, receipts and sealed bid. Of these no more than an eighth of its part of the procurement, what
 *    most others do not count first: a view that denies everything fills nobody's log.
 *
 * So when k holders are honest and what they say reaches the others within the lead's turn, an honest lead's closing is signed by all of them, whatever the others show, when, and to whom. What
 * r holders have receipted, and their views say, is in any closing that k sign, or one of them has signed a lie.
 */
#ifndef SEAL_HOLDER_H
#define SEAL_HOLDER_H

#include "work/procurement/seal/replay.h"

/* Versions of the tender, as its author's log has them, the newest last. */
struct seal_tender {
	struct hash leaf;
	int64_t time_ms;
};
struct seal_tenders {
	const struct seal_tender *of;
	size_t n;
};

/* Messages that are in this holder's own log already. */
struct seal_mine {
	const struct slice *of;
	size_t n;
};

enum holder_act {
	HOLDER_WAITS,
	HOLDER_SHOWS,
	HOLDER_VIEWS,
	HOLDER_CLOSES,
	HOLDER_COSIGNS,
	HOLDER_DISSENTS
};
struct holder_next {
	enum holder_act what;
	struct seal_close set;	       /* to say, for VIEWS and CLOSES */
	const struct replay_close *of; /* to answer to */
	struct hash *missing;	       /* for DISSENTS */
	size_t n_missing;
	struct slice *
		show; /* messages of others to hand on, before anything is said; with any of the acts, alone for SHOWS */
	size_t n_show;
	int64_t again_ms; /* for WAITS and SHOWS: when there is something to do by the hour; 0: nothing known */
};
void holder_next(const struct seal_replay *r, uint32_t me, const struct seal_tenders *tenders,
	const struct seal_mine *mine, int64_t now_ms, struct arena *arena, struct holder_next *ret);
/* The message of it. MUST: it is none that waits, or only shows. */
void holder_print(const struct holder_next *next, const struct seal_policy *p, uint32_t me,
	const struct seckey *key, struct buf *ret);

/* Has this holder said what it knows, signed a closing, or is it closed: it gives no receipts any more. */
bool holder_is_done(const struct seal_replay *r, uint32_t me);
/* May it give shares under the closing that stands? Not if it has given some under another. */
bool holder_may_share(const struct seal_replay *r, uint32_t me);
/* What is known here: the tally's lines and whether their sealed bids have come. */
void holder_set(const struct seal_replay *r, const struct hash *tender, struct arena *arena,
	struct seal_close *ret);

#endif
