/*
 * cover.h: the clock of a case: from the first sighting of what it is about to the moment at which each of its readers has said that it is covered; by an
 * answer ("covered"), its owner also by saying that the case is contained or closed.
 *
 *	struct cover k = cover_begin(n_links, arena);
 *	cover_note(&k, &member, at_ms);                        -- each "covered" that refers to it; or cover_links()
 *	rc = cover_read(&view, &record, &coord, &k, why);      -- k.first_ms, k.opened_ms, k.covered_ms; cover_at() for a member
 */
#ifndef WORK_CYBER_COVER_H
#define WORK_CYBER_COVER_H

#include "work/cyber/coord.h"
#include "work/cyber/list.h"

#include "node/record.h"

/* Records that refer to one, at most. */
#define COVER_LINKS 1000
/* One record with all that is read of it. */
#define COVER_ITEM (64 * MIB)

struct cover_view {
	const struct world *world;
	struct db *db; /* in a transaction */
	const struct reader *who;
};

/* Who has said that he is covered, and when first. */
struct covered {
	struct id member;
	int64_t at_ms;
};

struct cover {
	int64_t first_ms;   /* first sighted; 0: nobody has told of a sighting */
	int64_t opened_ms;  /* the case */
	int64_t covered_ms; /* the last of its readers; 0: it is still running */
	struct covered *by; /* in the arena */
	size_t n;
};

/* Room for what `links` records say, and the owner. */
struct cover cover_begin(size_t links, struct arena *arena);
void cover_note(struct cover *k, const struct id *member, int64_t at_ms);
/* When this member has said it; 0: not yet. */
int64_t cover_at(const struct cover *k, const struct id *member);

/*
 * A record that refers to `of`, and is about it still, in its mode: 1; 0: it is not, or not to be seen. Notes it if it says "covered". What it is lies in
 * `scratch`.
 */
MUST_USE int cover_link(const struct cover_view *v, const struct record *of,
	const struct object_id *object, struct arena *scratch, struct record *ret,
	enum coord_kind *ret_kind, struct coord *ret_coord, struct cover *k, struct why *why);
MUST_USE int cover_read(const struct cover_view *v, const struct record *r, const struct coord *x,
	struct cover *k, struct why *why);

/* A live record of coordination, read; E_MISSING. */
MUST_USE int cover_parse(
	const struct record *r, struct arena *arena, enum coord_kind *ret_kind, struct coord *ret);

#endif
