/*
 * step.h: what E-SEAL/1 asks of this node next: countersign, deal, certify, receipt, close, cosign or dissent, give shares. One pure decision and one writer, used by the
 * running node (task.c) and by `entente procure step`.
 *
 *	rc = step_run(&seat, &p, now_ms, arena, &did, why);        -- writes what is due; did: a line of text each
 *
 * Shares leave a node only when its officers have confirmed the opening under this closing: two of them (one, where the root document names but one), with keys
 * that are not on the node.
 */
#ifndef PROCUREMENT_STEP_H
#define PROCUREMENT_STEP_H

#include "node/node.h"
#include "node/write.h"
#include "work/procurement/process.h"
#include "work/procurement/seal/holder.h"

/* Where a message goes to: the queue of a running node, or straight. */
struct seat {
	const struct node *node;
	struct db *db;
	const struct world *w;
	int (*write)(void *ctx, const struct draft *d, struct written *ret, struct why *why);
	void *ctx;
};

#define STEP_DID_MAX 16
struct step_did {
	const char *line[STEP_DID_MAX]; /* in the arena */
	size_t n;
	int64_t again_ms; /* when there is something to do by the hour; 0: nothing known */
};
MUST_USE int step_run(const struct seat *s, const struct process *p, int64_t now_ms,
	struct arena *arena, struct step_did *ret, struct why *why);

/* Writes messages of E-SEAL/1 for all participants, large ones in pieces. */
MUST_USE int step_send(const struct seat *s, const struct process *p, const struct slice *message,
	size_t n, struct arena *arena, struct why *why);
/* A record of this workspace for the participants. `object` NULL: a new one. */
MUST_USE int step_record(const struct seat *s, const struct process *p, enum pkind k,
	const struct object_id *object, struct slice json, struct written *ret, struct why *why);

/* How many of this node's officers have confirmed the opening under the closing that stands, and how many are needed. */
MUST_USE int step_confirmed(const struct seat *s, const struct process *p, struct arena *arena,
	unsigned *ret_have, unsigned *ret_need, struct why *why);
/* What an officer signs. */
void confirm_message(const struct hash *sid, const struct seal_close *close, struct buf *b);
/* Writes an officer's confirmation; E_DENIED if the root document does not know him for this. */
MUST_USE int step_confirm(const struct seat *s, const struct process *p,
	const struct seckey *officer, struct arena *arena, struct why *why);

/* What this node's door has taken of a tender, and has left for bids that are new: commits, bytes of messages. */
struct door_room {
	size_t taken, commits;
	uint64_t bytes;
};
void step_door_room(const struct process *p, const struct id *self, struct door_room *ret);
/* Commits of this bidder that this node has receipted. */
size_t step_door_acts(const struct process *p, const struct id *self, const struct pubkey *bidder);

/* A supplier's commit or sealed bid at this node's door: checked, written with a receipt; the receipt's text. E_STATE after the deadline (commit) or the grace (sealed). */
MUST_USE int step_commit(const struct seat *s, const struct process *p, struct slice commit,
	int64_t now_ms, struct arena *arena, struct slice *ret_receipt, struct why *why);
MUST_USE int step_sealed(const struct seat *s, const struct process *p, struct slice sealed,
	int64_t now_ms, struct arena *arena, struct why *why);
MUST_USE int step_selfopen(const struct seat *s, const struct process *p, struct slice message,
	int64_t now_ms, struct arena *arena, struct why *why);

#endif
