/*
 * admit_int.h: what the rules in admit.c and admit_promise.c share: the draft that is judged, what it names, and what its member has promised.
 */
#ifndef WORK_RESPONSE_ADMIT_INT_H
#define WORK_RESPONSE_ADMIT_INT_H

#include "work/response/book.h"
#include "work/response/response_int.h"

struct admit {
	const struct admitting *a;
	struct aid_view v;
	struct reader self;
	int64_t now_ms;
	struct object_id object; /* of the draft; owner zero: new */
	struct promises own;	 /* of the store; loaded when first asked for */
	bool own_loaded;
	struct book *book; /* a book for each capability of the draft */
	size_t n_book;
	bool proposed; /* not written yet: a second person is still to confirm it */
	struct why *why;
};

/* A refusal: sets d->why and returns `code`. */
int admit_no(struct admit *d, int code, const char *where, const char *text);
bool admit_mine(const struct admit *d, const struct id *owner);
/* What a draft refers to: here, of this kind and mode; else E_INVALID at `where`. */
MUST_USE int admit_need(struct admit *d, enum aid_kind kind, const struct object_id *object,
	const char *where, struct aid_record *ret);
/* And its newest version has this hash: E_CONFLICT if an older one has it, E_VERIFY if none has. */
MUST_USE int admit_need_exact(struct admit *d, enum aid_kind kind, const struct object_id *object,
	const struct hash *leaf, const char *where, const char *where_leaf, struct aid_record *ret);
/* And it is this member's own: else E_DENIED. */
MUST_USE int admit_need_own(struct admit *d, enum aid_kind kind, const struct object_id *object,
	const char *where, struct aid_record *ret);
/* The next draft of this kind in the same transaction that is in no table yet, from place *at on: 1, or 0 behind the last. */
int admit_pending(struct admit *d, enum aid_kind kind, size_t *at, union aid_any *ret);
/* Loads d->own, once. */
MUST_USE int admit_own(struct admit *d);
/* One book for each capability that the draft names: what the draft itself promises is added as its items are gone through. Lies in d. */
MUST_USE int admit_book(struct admit *d, const struct object_id *capability, struct book **ret);

/* The line of a request by its number, or NULL. */
const struct aid_line *admit_line(const struct aid_request *q, int64_t line);

/* The chain of promises (admit_promise.c): an offer, the acceptance of one, the commit that answers one. */
MUST_USE int offer_admit(struct admit *d, const struct aid_offer *o);
MUST_USE int acceptance_admit(struct admit *d, const struct aid_acceptance *a);
MUST_USE int commit_admit(struct admit *d, const struct aid_commit *c);

#endif
