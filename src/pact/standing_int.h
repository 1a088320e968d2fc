/*
 * standing_int.h: the working state of one computation of standing. Private to src/pact.
 *
 *	standing.c          admits acts (real, signed, not void by a fork, each once), and calls those below
 *	standing_members.c  given who is suspended: terms, and the least fixpoint of accessions, ratifications and amendments
 *	standing_suspend.c  who is suspended, and from where on
 *	standing_write.c    one status for each party
 *
 *	facts     are sorted by author, epoch, seq, so a lower index of the same author stands earlier in its log
 *	parties   are sorted by id; facts [from, to) are the party's own
 *	          a fact's `counts` and an accession's `effective` only ever go from false to true within one fixpoint
 */
#ifndef PACT_STANDING_INT_H
#define PACT_STANDING_INT_H

#include "pact/standing.h"

#define NO_FACT UINT32_MAX

struct fact {
	const struct standing_act *act;
	uint32_t party;	    /* its author */
	uint32_t accession; /* index, for accede/1 */
	unsigned term;	    /* number of withdrawals of the author before it */
	bool lapsed;	    /* beyond the cut of the author's suspension */
	bool counts; /* withdraw: ends a term; ratify, suspend, resume, sign of an amendment: made by a member, witnessed */
};

struct accession {
	uint32_t fact;
	struct id *required; /* sorted, distinct */
	size_t n_required;
	bool names_author;
	bool witnessed; /* by those it names */
	bool effective;
};

struct amendment {
	const struct charter *charter;
	bool in_force;
};

struct cut {
	uint32_t epoch;
	uint64_t size;
};

struct party_work {
	struct id id;
	bool founder;
	uint32_t from, to;		       /* its facts */
	uint32_t accession_from, accession_to; /* its accessions, in order */
	uint32_t
		sign; /* first witnessed signature of the founding charter, founders only; NO_FACT */
	unsigned terms;		 /* number of withdrawals that count */
	uint32_t first_withdraw; /* NO_FACT */
	bool ever_member, ever_observer;
	bool suspended;
	struct cut cut; /* suspended: entries from here on are void */
};

struct work {
	struct arena *arena;
	const struct standing_input *in;
	struct id *founder; /* sorted */
	size_t n_founder;
	struct standing_cosign *cosign; /* sorted by author, epoch, witness; largest size of each */
	size_t n_cosign;
	struct fact *fact;
	uint32_t n_fact;
	struct party_work *party;
	uint32_t n_party;
	struct accession *accession;
	uint32_t n_accession;
	struct amendment *amended;
	size_t n_amended;
	uint32_t *by_accession; /* ratify facts, by (accession leaf, author) */
	uint32_t n_by_accession;
	uint32_t *by_target; /* suspend and resume facts, by (target, author, index) */
	uint32_t n_by_target;
	unsigned n_signed;
	bool in_force;
};

struct party_work *party_of(const struct work *w, const struct id *id); /* NULL */
bool id_in(const struct id *sorted, size_t n, const struct id *id);
/* Has this act been witnessed by a quorum of the roll (§2.4), its author left out? `roll` is sorted
 * and distinct. */
bool act_witnessed(
	const struct work *w, const struct standing_act *a, const struct id *roll, size_t n);
/* Witnessed by the author's home roll at that place: those named in its last accession before it,
 * else the founders. */
bool fact_witnessed_at_home(const struct work *w, uint32_t fact);
/* Charter with that hash if it is in force, else NULL. */
const struct charter *charter_in_force(const struct work *w, const struct hash *hash);
/* Is `a` at or beyond the cut? */
bool beyond(const struct standing_act *a, const struct cut *cut);

/* Everything below depends on party.suspended and party.cut; starts afresh each time. */
void members_compute(struct work *w);
/* Who has ratified it, in order of id (`ret` holds n_required, or is NULL); returns how many. */
size_t ratifiers_of(const struct work *w, const struct accession *a, struct id *ret);
/* How many of those it names must ratify under charter `c`. */
unsigned accession_need(
	const struct accession *a, const struct standing_act *act, const struct charter *c);
/* Range of by_target about this party. */
void suspensions_about(
	const struct work *w, const struct id *target, uint32_t *ret_from, uint32_t *ret_to);
/* Who has suspended relations with it and not resumed: their facts, in order of author, at most
 * `max`; returns how many. */
size_t suspenders_of(const struct work *w, const struct id *target, uint32_t *ret, size_t max);
/* Members that it takes to suspend this party. */
unsigned suspension_need(const struct work *w, const struct party_work *p);
/* Sets party.suspended and party.cut, and leaves members_compute() done for them. */
void suspensions_settle(struct work *w);
/* Writes the result; s->charter is set. */
void standing_write(const struct work *w, struct standing *s);

#endif
