/*
 * release_int.h: one telling of a procurement in OCDS, and what its parts share: the package, planning and tender in release.c, awards, contracts and what was
 * delivered in release_award.c.
 */
#ifndef WORK_PROCUREMENT_RELEASE_INT_H
#define WORK_PROCUREMENT_RELEASE_INT_H

#include "work/procurement/release.h"
#include "work/procurement/view.h"

struct telling {
	const struct process *p;
	const struct rows *history;
	const struct world *w;
	enum release_circle circle;
	struct arena *arena;
	struct json_out *o;
	struct slice ocid;
	struct offer *offer;
	size_t n_offer;
	int64_t last_ms;
	struct finals finals;
	struct map contracts;	   /* by their objects */
	const struct row **before; /* of each row of the history the version that it follows */
};

const struct json_doc *tell_doc(const struct row *r);
/* A text of the record, in the arena; empty if it has none. */
struct slice tell_text_of(struct telling *t, const struct row *r, const char *key);
/* The same put under another name, as it stands or as text; nothing if it has none. */
void tell_raw(struct telling *t, const char *as, const struct row *r, const char *key);
void tell_text(struct telling *t, const char *as, const struct row *r, const char *key);
void tell_org(struct telling *t, const char *key, const struct id *member);
void tell_supplier(struct telling *t, const char *key, struct slice bidder, struct slice name);
/* Is it for this circle? */
bool tell_may(const struct telling *t, const struct row *r);
bool tell_same(const struct row *a, const struct row *b, const char *key);

/* The opening of a release, of its tender; what has changed since the version before. */
void tell_open(struct telling *t, const char *tag, int64_t time_ms, const struct hash *named_by,
	bool bidders, const struct row *award);
void tell_tender_open(struct telling *t);
void tell_amendment(
	struct telling *t, const struct row *r, const struct row *before, const char *before_tag);

/* An answer of the lead's, with its question. */
void tell_enquiry(struct telling *t, const struct row *answer);
/* A version of an award, of a contract, of a delivery or payment, beside the version before it (NULL: none). */
void tell_award(struct telling *t, const struct row *r, const struct row *before);
void tell_contract(struct telling *t, const struct row *r, const struct row *before,
	const struct row *two_before);
void tell_movement(struct telling *t, const struct row *r);

#endif
