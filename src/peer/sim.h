/*
 * sim.h: the simulated transport: nodes in one process, in memory, one thread, everything from one seed. Calls go straight to peer_serve() of the other
 * node, through a network that loses, delays (answers of an earlier moment), repeats, truncates and corrupts, partitions, through crashes that
 * lose what was not committed, and backups that are put back.
 *
 *	struct sim *sim = sim_new(seed, 5);
 *	sim_found(sim, 3);                        -- the first three found a coalition
 *	sim_run(sim, 200);                        -- random acts, records, pulls, faults
 *	sim_heal(sim);                            -- no more faults, pull until nothing moves
 *	rc = sim_agree(sim, why);                 -- equal constitutional digests, invariants hold
 */
#ifndef PEER_SIM_H
#define PEER_SIM_H

#include "peer/pull.h"

struct sim;
struct sim_options {
	uint64_t seed;
	unsigned nodes;		       /* 3..7 */
	unsigned founders;	       /* ≤ nodes */
	unsigned loss, stale, corrupt; /* per thousand calls */
	unsigned crash;		       /* per thousand steps */
	unsigned partition;	       /* per thousand steps: a random cut for a while */
	unsigned restore;	       /* per thousand steps: an older store is put back */
	bool equivocator;	       /* one node forks its log */
};
MUST_USE int sim_new(struct sim **ret, const struct sim_options *o, struct why *why);
void sim_free(struct sim **s);
/* `steps` random steps: writes by random members, pulls, faults. */
MUST_USE int sim_run(struct sim *s, unsigned steps, struct why *why);
/* Faults off; every node pulls every other until nothing is learned for two rounds. E_STATE if that takes more than `rounds`. */
MUST_USE int sim_heal(struct sim *s, unsigned rounds, struct why *why);
/*
 * All honest nodes whose store is current have the same standing digest; every canary content is at exactly its audience (searched in all databases and in all captured traffic); own logs
 * verify; no signed or cosigned head was ever contradicted; with an equivocator each honest node holds a proof. E_VERIFY names what is not so.
 */
MUST_USE int sim_agree(struct sim *s, struct why *why);
/* Appends what each node knows: standing, logs, who has cosigned how much. */
MUST_USE int sim_tell(struct sim *s, struct buf *b, struct why *why);
struct sim_counts {
	uint64_t calls, lost, stale, corrupted, carried, crashes, partitions, restored, entries,
		acts, refusals, forks;
};
void sim_counts(const struct sim *s, struct sim_counts *ret);

#endif
