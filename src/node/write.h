/*
 * write.h: the one way into this node's own logs.
 *
 * Order, for a whole group at once (§2.3): build → entries, leaves, tiles, payloads and tables in one transaction → COMMIT (on disk) → high-water
 * record → answer; a head is signed when somebody asks for it (node_head). If anything fails before or in the commit, nothing of the group is kept; each draft gets its own verdict, so one bad draft does not
 * spoil the others. A disk error marks the process as unfit to sign (node_write then answers E_IO until restart and `entente doctor`).
 *
 * E_IO: it may have been written (a server that was lost in the commit; a high-water record that could not be raised after it). Look before writing it
 * again. Whatever fails after the commit is E_IO, and marks the process as unfit.
 */
#ifndef NODE_WRITE_H
#define NODE_WRITE_H

#include "node/draft.h"

/*
 * Writes n drafts of one coalition in one transaction, all or nothing; *ret has n places. In front of them go the root documents of this member that its log does
 * not have yet (none for nearly every write); with n == 0 they are all.
 */
MUST_USE int node_write(const struct node *node, struct db *db, const struct id *coalition,
	const struct draft *d, size_t n, struct written *ret, struct why *why);

/*
 * A partner has shown a head of an own log, signed with its key, that is larger than what `db` shows. If the store is indeed behind it, it is an older one that was
 * put back: the high-water record takes the head, E_STATE, and from then on nothing is written or signed, as after any restored backup. 0 if
 * the store holds as much after all. Outside a transaction.
 */
MUST_USE int node_head_seen(const struct node *node, struct db *db, const struct log_id *log,
	uint64_t size, const struct hash *root, struct why *why);
/* May this node sign, in all its coalitions? E_IO: its disk has failed; E_STATE: the store is an older one, or a log is frozen. Outside a transaction. */
MUST_USE int node_signs(const struct node *node, struct db *db, struct why *why);
/* May it cosign? The same but for its own log's being frozen: what others have written it holds all the same (docs/standing.md §1). */
MUST_USE int node_current(const struct node *node, struct db *db, struct why *why);
/*
 * Before the head of another member's log at its present size is cosigned, in the write transaction that notes the cosignature: the high-water record of it is there when
 * this returns 0. E_STATE: another history of this log was cosigned before, and nothing more of it may be; E_BUSY: more of it was, and the store, put back from a
 * backup, is still behind that. E_IO: the node is unfit from then on.
 */
MUST_USE int node_witness(
	const struct node *node, struct db *db, const struct log *log, struct why *why);
/* db_commit; a disk error makes the node unfit: what it holds, and so what it may vouch for, is not known any more. */
MUST_USE int node_commit(const struct node *node, struct db *db, struct why *why);
/*
 * The signed head of an own log at its committed size: raises the high-water record first if it is behind, refuses (E_STATE) if the record is ahead of the store
 * or contradicts it: a restored backup, which must rejoin (§2.7) and never sign. Appends the note (text and log signature, and
 * cosignatures held for that very size) to `ret`.
 */
MUST_USE int node_head(const struct node *node, struct db *db, const struct log *log,
	struct buf *ret, struct why *why);

/*
 * Group commit (write queue): one writer thread takes all drafts that wait, in order of arrival, and writes them in one transaction per
 * coalition. queue_write blocks the caller until its drafts are on disk and the high-water record is raised.
 */
struct queue;
MUST_USE int queue_start(struct queue **ret, const struct node *node, void (*written)(void *ctx),
	void *ctx, struct why *why);
void queue_stop(struct queue **q); /* finishes what waits */
MUST_USE int queue_write(struct queue *q, const struct id *coalition, const struct draft *d,
	size_t n, struct written *ret, struct why *why);

#endif
