/*
 * play.h: a tender played on the real nodes of a league, with a clock that is told the hour: what members and suppliers do, in an order of chance.
 *
 *	struct play y = {.l = *state};
 *	play_begin(&y, seed);                     -- the hour is LEAGUE_NOW, two suppliers have keys
 *	agreement(&y); league_settle(y.l); tender(&y, DEADLINE, 2, false, 0);
 *	until(&y, is_open, "open");               -- everybody acts and carries until it is so everywhere
 *	supply(&y, 0, 1, TEXT_PUT, 2);
 *
 * Member 0 leads.
 */
#ifndef TEST_PLAY_H
#define TEST_PLAY_H

#include "node/league.h"
#include "node/workspace.h"

#include "base/enc.h"
#include "work/procurement/lab.h"
#include "work/procurement/release.h"

#define N	 3
#define DEADLINE (LEAGUE_NOW + 3600000)
#define LATER	 (DEADLINE + 1800000)
#define TEXT_PUT                                                                                   \
	"{\"tenderer\":{\"name\":\"one\",\"nation\":\"AL\"},\"tiers\":[{\"id\":\"t\",\"lot\":\"1\",\"from\":1,\"to\":9,\"unitPrice\":{\"amount\":7,\"currency\":\"EUR\"}}]}"
#define TEXT_LATE                                                                                  \
	"{\"tenderer\":{\"name\":\"one\",\"nation\":\"AL\"},\"tiers\":[{\"id\":\"t\",\"lot\":\"1\",\"from\":1,\"to\":9,\"unitPrice\":{\"amount\":6,\"currency\":\"EUR\"}}]}"

struct play {
	struct league *l;
	struct env chance;
	struct env_fake seed;
	struct object_id procurement, tender;
	struct seckey bidder[2];
	struct id bid[2];
};

struct seen {
	struct arena arena;
	struct world world;
	struct rows rows;
	struct process p;
	struct seat seat;
	struct league_member *m;
	struct league *l;
};

void play_begin(struct play *y, uint64_t seed);
void hour(struct play *y, int64_t now_ms);

/* The procurement as node i sees it; false: it is not here yet. leave() in any case. */
bool look(struct play *y, size_t i, struct seen *s);
void leave(struct seen *s);
/* Node i does what is due; somebody's records travel to somebody, or somebody acts. */
void tick(struct play *y, size_t i);
void anything(struct play *y);
/* True if `what` holds at every node. */
bool everywhere(struct play *y, bool (*what)(const struct process *p));
/* Acts until `what` holds at every node; fails after PATIENCE of them. */
void until(struct play *y, bool (*what)(const struct process *p), const char *say);
bool has_policy(const struct process *p);
bool is_open(const struct process *p);

/* A record for all three, which must answer `want`. */
struct written put_in(struct play *y, enum mode mode, size_t i, const char *kind, const char *json,
	const struct object_id *object, int want);
struct written put(struct play *y, size_t i, const char *kind, const char *json,
	const struct object_id *object, int want);
/* A node of another make: from lax_begin() to lax_end() no node refuses what its own member says or takes back. */
struct lax {
	struct workspace_kind kind[P_KINDS + 1];
	struct workspace open;
	const struct workspace *bare[2], *const *before;
};
void lax_begin(struct lax *x);
void lax_end(struct lax *x);
/* As the lead's own node would not: a record that partners take as any other. */
struct written by_hand(
	struct play *y, const char *what, const char *json, const struct object_id *object);
/* Does need.procurement.WHAT wait at a node? It never does for who is not cleared. */
bool waits(struct play *y, size_t i, const char *what);
/* Written by the lead and signed by all. */
void agreement(struct play *y);
/* A tender over these lots and items, with its hours. */
const char *tender_of(struct play *y, struct arena *arena, int64_t deadline_ms, unsigned k,
	const char *lots, const char *items);
const char *item_of(
	struct play *y, struct arena *arena, const char *lot, size_t member, unsigned quantity);
void tender(struct play *y, int64_t deadline_ms, unsigned k, bool again, int want);
/* A message of E-SEAL/1 from member i, whatever it is. */
struct written write_seal(struct play *y, size_t i, const struct buf *b);
/* The same, for one other member alone. */
void whisper_seal(struct play *y, size_t i, size_t to, const struct buf *b);

/* A version of a bid, made as suppliers do, brought to `doors` nodes in an order of chance; the same, to those nodes and none else, nothing travelling meanwhile. */
void supply(struct play *y, size_t b, uint32_t seq, const char *text, size_t doors);
void supply_at(
	struct play *y, size_t b, uint32_t seq, const char *text, const size_t *door, size_t n);
void confirm(struct play *y, size_t i);
/* OCDS awards as node i tells them now, merged, of a status. */
size_t awards_told(struct play *y, size_t i, const char *status);
/* OCDS releases of a tag that node i tells members of now. */
size_t releases_told(struct play *y, size_t i, const char *tag);

#endif
