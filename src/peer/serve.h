/*
 * serve.h: what partners may ask of this node, transport apart. The HTTP listener, the simulator and the bundle writer all call peer_serve().
 *
 *	GET  /f/1/<coal>/heads?after=<token>&wait=<ms>       long poll: every head I know, as notes with cosignatures (heads.h); 204: nothing new
 *	GET  /f/1/<coal>/<M26>.<epoch>/checkpoint            the newest note of one log
 *	GET  /f/1/<coal>/<M26>.<epoch>/tile/…                C2SP tlog-tiles: hashes, and entry bundles (withheld entries have length 0;
 *	                                                     ?from=<seq>: only those from seq on)
 *	POST /f/1/<coal>/<M26>.<epoch>/payloads              "from <seq> to <seq>\n" or "seq <n>\n"…; frames (payload.h); each asked of release; absent and
 *	                                                     not released look the same: no frame
 *	GET  /f/1/<coal>/<M26>.<epoch>/file/<seq>/<sha256>?from=<n>   bytes of an attached file, if the entry's content is released to the caller
 *	GET  /f/1/<coal>/proofs                              fork proofs, concatenated with be32 lengths
 *	POST /f/1/<coal>/proof                               a fork proof
 *	GET  /f/1/<coal>/roots                               "<M26> <64 hex>\n" of each party: digest of the root documents held of it (heads.h)
 *	GET  /f/1/<coal>/root/<M26>                          root documents of one party, all versions, then twins, be32 lengths
 *	GET  /f/1/<coal>/charter                             founding charter
 *
 * The caller says who it is (Entente-Member: <M26>) and proves it by its TLS key, which that member's root documents name; in the simulator by its
 * place. Who is no party of the coalition gets 404 for everything in it.
 */
#ifndef PEER_SERVE_H
#define PEER_SERVE_H

#include "node/record.h"

#define PEER_MEMBER_HEADER "entente-member"

/*
 * What a long poll is compared with, the same for all partners: kept as long as nothing has changed, for the many that are parked and run again. One per process;
 * thread-safe.
 */
struct heads_kept;
struct heads_kept *heads_kept_new(void) __attribute__((returns_nonnull, warn_unused_result));
void heads_kept_free(struct heads_kept **k);

struct peer_request {
	const char *method;
	struct slice path, query, body;
	bool known; /* the caller is somebody's node: */
	struct id caller;
	bool expired; /* a long poll must be answered now */
	/* Of a long poll that runs again: what was found since the change of that number, which the caller has read before this. NULL: look anew. */
	struct heads_kept *kept;
	uint64_t change;
};
struct peer_answer {
	unsigned status;
	const char *type;
	struct buf body; /* owned by the caller of peer_serve */
	int fd;		 /* >= 0: a file to send from fd_from; owned by the caller of peer_serve */
	uint64_t fd_from, fd_size; /* so many bytes from there on */
	uint64_t decided;	   /* entries that release was asked about */
	bool wrote;		   /* something new is in the store: a proof that was taken */
	int64_t park_ms; /* with PEER_PARK: run again after so long at the latest; 0: only when woken or expired */
};

enum { PEER_ANSWER = 0, PEER_PARK = 1 };
/*
 * PEER_ANSWER with ret filled (also for 4xx: body is problem+json), or PEER_PARK for a long poll with nothing new: call again later with
 * the same request. Uses read transactions only, except for POST proof. Never fails otherwise.
 */
MUST_USE int peer_serve(const struct node *node, struct db *db, const struct peer_request *req,
	struct peer_answer *ret);

/*
 * Per-partner budget (requests and bytes in a sliding minute): E_BUSY over it. One per process; thread-safe.
 */
struct budget;
struct budget *budget_new(const struct env *env) __attribute__((returns_nonnull));
void budget_free(struct budget **b);
MUST_USE int budget_take(
	struct budget *b, const struct id *member, uint64_t bytes, struct why *why);
/* Bytes of an answer, known only once it is made: they count against the requests that follow. */
void budget_charge(struct budget *b, const struct id *member, uint64_t bytes);
/* A long poll of this partner is parked: false if it has LIMIT_PEER_POLLS already; and ends. */
MUST_USE bool budget_poll_begin(struct budget *b, const struct id *member);
void budget_poll_end(struct budget *b, const struct id *member);

#endif
