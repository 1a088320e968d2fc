/*
 * world.h: what the tests of the pact have in common: ids, charters, and a little coalition in
 * memory whose parties write acts and witness each other.
 *
 *	struct world *w = world_new(3, &(struct terms){.suspension = 2});
 *	world_sign(w, 0, &w->founding);
 *	world_witness(w);
 *	struct standing s = world_standing(w);
 */
#ifndef TEST_PACT_WORLD_H
#define TEST_PACT_WORLD_H

#include "unit.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/vec.h"
#include "pact/standing.h"

#define WORLD_PARTIES 12
#define WORLD_ARENA   (256 * MIB)

struct id world_id(unsigned n); /* ascending in n, n < 256 */
struct hash world_hash(unsigned n);

/* What a charter says; zeroes are all, all, observers all, 1. */
struct terms {
	unsigned force, accession, suspension;
	bool no_observers;
	unsigned observers;
	uint32_t version; /* 0: 1 */
	const struct hash *prev;
	const char *name;
};
/* Parses a charter with the parties whose bits are set as its members. The text lies in the arena.
 */
void charter_make(
	struct charter *ret, struct arena *arena, const struct terms *t, unsigned members);

struct world {
	struct arena arena;
	struct charter founding;
	VEC(struct charter) amended;
	VEC(struct standing_act) act;
	VEC(struct standing_cosign) cosign;
	VEC(struct standing_fork) fork;
	unsigned n_founders;
	uint64_t size[WORLD_PARTIES]; /* of each log, in its present epoch */
	uint32_t epoch[WORLD_PARTIES];
	unsigned made; /* acts so far: the source of leaves and object names */
};

/* Founders are parties 0..n-1. */
struct world *world_new(unsigned n_founders, const struct terms *t);
void world_free(struct world **w);

/* Appends an act of a kind to the log of `author`; fields of the body are the caller's. Valid until
 * the next one. */
struct standing_act *world_act(struct world *w, unsigned author, enum act_kind kind);
void world_sign(struct world *w, unsigned author, const struct charter *c);
/* Returns the leaf. `ratifiers`: bits. */
struct hash world_accede(struct world *w, unsigned author, const struct charter *c,
	unsigned ratifiers, bool observer);
void world_ratify(struct world *w, unsigned author, unsigned member, const struct hash *accession,
	const struct charter *c);
void world_withdraw(struct world *w, unsigned author, int64_t effective_ms);
void world_suspend(struct world *w, unsigned author, unsigned member, uint64_t cut);
void world_resume(struct world *w, unsigned author, unsigned member);
/* Lines for all logs as they stand. */
void world_seen(struct world *w, struct standing_act *a);
/* Everybody cosigns every log at its present size. */
void world_witness(struct world *w);

struct standing_input world_input(const struct world *w);
struct standing world_standing(struct world *w);
enum status world_status(struct world *w, unsigned party);
/* All founders sign, all is witnessed. */
struct world *world_in_force(unsigned n_founders, const struct terms *t);

#endif
