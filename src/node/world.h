/*
 * world.h: a coalition as this node sees it at one moment: charter, standing, parties, logs. Loaded per request or batch, in its transaction (or in one of
 * its own if there is none), lives as long as the arena, and is only read. It always is what the store says: computed once for each change of the acts and what
 * they rest on, and found again by a stamp in the store until the next (worlds.h).
 */
#ifndef NODE_WORLD_H
#define NODE_WORLD_H

#include "node/node.h"

struct world {
	const struct node *node;
	struct coalition coalition;
	struct standing standing;
	const struct party *party;
	size_t n_party;
	bool self_is_member;
};

/* By id; E_MISSING if this node is not party to it. The roll in standing.member is that of this moment: without those whose withdrawal has taken effect. */
MUST_USE int world_load(struct world *ret, const struct node *node, struct db *db,
	const struct id *coalition, struct arena *arena, struct why *why);
/*
 * For whoever does something for all coalitions: 0 loaded, 1 this one cannot be computed (damaged, beyond a ceiling, a fold version that is not known here): that has been
 * reported, and the others go on without it. Negative: the store does not answer.
 */
MUST_USE int world_try(struct world *ret, const struct node *node, struct db *db,
	const struct id *coalition, struct arena *arena, struct why *why);
/* The same world again, after acts have come. What was loaded before stays good as long as the arena. */
MUST_USE int world_again(struct world *w, struct db *db, struct arena *arena, struct why *why);
/* Who `member` is as a reader here. */
struct reader world_reader(const struct world *w, const struct id *member);
/* Clearance line of a member's accession, or empty. */
struct slice world_clearance(const struct world *w, const struct id *member);
/* This node's own log; made if new and `db` is in a write transaction, else E_MISSING. */
MUST_USE int world_own_log(const struct world *w, struct db *db, struct log *ret, struct why *why);
/*
 * The logs of the coalition that are here and are told, shown, cosigned and asked contents of, in order of member and epoch: of each member the
 * LIMIT_LOGS_OF_MEMBER newest, LIMIT_LOGS_TOLD in all, this node's own and each member's newest before any other.
 */
MUST_USE int world_logs(const struct world *w, struct db *db, struct arena *arena, struct log **ret,
	size_t *ret_n, struct why *why);
/* All that are here: an earlier epoch counts for standing and records, and whoever asks for its tiles is given them. */
MUST_USE int world_all_logs(const struct world *w, struct db *db, struct arena *arena,
	struct log **ret, size_t *ret_n, struct why *why);
/*
 * Who `all` is at this moment, sorted: the members in standing; before the coalition is in force the founders that its charter names.
 */
void world_present(
	const struct world *w, struct arena *arena, const struct id **ret, size_t *ret_n);
/* Causal cut for a constitutional act (struct draft act_seen): the sizes of the logs here that are not empty, sorted, at most LIMIT_MEMBERS, of each member the newest first. */
MUST_USE int world_seen(const struct world *w, struct db *db, struct arena *arena,
	const struct entry_seen **ret, size_t *ret_n, struct why *why);
/* Label to show for a party; falls back to the first 8 characters of its id. In the arena. */
const char *world_party_label(const struct world *w, const struct id *party, struct arena *arena);

#endif
