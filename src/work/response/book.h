/*
 * book.h: what a member has promised and what it can still promise. Only the member itself can know, so only its own node asks, inside the transaction that promises
 * (admit.c): that is why nothing can be booked twice, whatever the network does.
 *
 *	struct promises own;
 *	struct book b;
 *	rc = promises_load(&own, &view, why);                 -- commits of one's own that may still bind, once for all capabilities
 *	rc = book_load(&b, &view, &own, &capability, why);    -- those of this capability, as they have gone out and come home
 *	book_add(&b, from, until, quantity);                  -- what is about to be promised
 *	left = book_left(&b, from, until);                    -- of quantity less reserve, at the busiest moment in between
 */
#ifndef WORK_RESPONSE_BOOK_H
#define WORK_RESPONSE_BOOK_H

#include "work/response/store.h"

/* One item of a commit. */
struct promise {
	struct object_id commit, capability, offer, request;
	struct id asks; /* who is helped */
	int64_t item, line, from, until, quantity;
	bool alone; /* nothing else of the commit goes to this line */
};
/* One has granted that it stays longer: by the very words that were answered, whatever whoever asked has made of them since. */
struct stay {
	struct object_id deployment,
		request; /* deployment: owner zero if who asked has taken his words away */
	struct id asked_by;
	int64_t until;
};
struct promises {
	struct promise *p;
	size_t n;
	struct stay *stay;
	size_t n_stay;
	struct object_id
		without; /* a deployment whose part is not booked, but told as `away`; owner zero: none */
};
/* What ended a year ago is passed over: nothing is extended for so long. */
MUST_USE int promises_load(struct promises *ret, const struct aid_view *v, struct why *why);

struct booking {
	int64_t from, until, quantity;
};
struct book {
	struct arena *arena;
	struct object_id capability;
	struct aid_capability joined; /* with all details of one's own */
	int64_t quantity, reserve;    /* quantity -1: the capability does not say */
	bool not_ready;		      /* the newest report that is not stale says so */
	struct booking *p;
	size_t n, room;
	int64_t away,
		away_until; /* what the deployment left out has with it, and its earliest end as it was promised */
};
/*
 * Of what a commit binds, each part that has gone out is bound until that very part is home (ready_again_at, else returned_at), or until the end that the commit or a granted extension says; and if
 * that has passed and it is not home, without an end: nobody has it to give. What has not gone out is bound until the end that the commit says. An extension is a promise as soon as both sides have
 * agreed to it, and one's own while it waits for the other's answer; never for longer than was asked. A deployment that does not say of which capability it is counts if nothing else of the commit goes to its line.
 */
MUST_USE int book_load(struct book *ret, const struct aid_view *v, const struct promises *own,
	const struct object_id *capability, struct why *why);
void book_add(struct book *b, int64_t from, int64_t until, int64_t quantity);
/* 0 if there is nothing left; never negative. */
int64_t book_left(const struct book *b, int64_t from, int64_t until);

/* Until when an extension goes that was granted so: never further than it was asked for. */
int64_t extension_until(const struct aid_extension *e, const struct aid_extension_answer *a);

/* ---- capabilities as a reader sees them ---- */

struct joined_detail {
	const struct aid_record *r;
	const struct joined_detail *next;
};
struct joined_capability {
	struct aid_record record;
	struct aid_capability c; /* with the details that he may read */
	size_t details;
	const struct joined_detail *of; /* they themselves */
	const struct aid_record
		*readiness; /* the newest report that he may read, stale or not; NULL */
};
/* All of them, or those of one owner. By owner, type, name. */
MUST_USE int capability_list(const struct aid_view *v, const struct id *owner,
	struct joined_capability **ret, size_t *ret_n, struct why *why);
/* Notes it as shown to `who`, with what it is joined of: for a list of which a page is shown, looked at as reader_unnoted() (node/readings.h). */
void capability_shown(
	const struct world *w, const struct reader *who, const struct joined_capability *j);
/* That order: below, at or above zero. */
int capability_cmp(const struct joined_capability *a, const struct joined_capability *b);
/* One. E_MISSING. */
MUST_USE int capability_get(const struct aid_view *v, const struct object_id *object,
	struct joined_capability *ret, struct why *why);
bool readiness_stale(const struct aid_readiness *r, int64_t now_ms);

#endif
