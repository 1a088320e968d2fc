/*
 * pull.h: following one partner: a small state machine with bounds; progress is stored only after verification.
 *
 *	heads ──▶ judge each note ──▶ fetch tiles and bundles ──▶ one transaction ──▶ cosign ──▶ payloads ──▶ files ──▶ heads
 *	  │             │ fork: build proof, freeze, push to all
 *	  └─ failure: wait (backoff doubled, jitter), remembered as peer_health
 *
 * One pull_step() does at most one round: from the heads answer to the payloads. The HTTP puller threads, `entente sync`, bundle import and
 * the simulator call it; nothing else receives.
 */
#ifndef PEER_PULL_H
#define PEER_PULL_H

#include "peer/receipt.h"

struct pull; /* state towards one partner in one coalition */

struct pull_options {
	const struct node *node; /* borrowed */
	struct id coalition, peer;
	struct transport transport;
	int64_t wait_ms; /* long poll; 0: answer at once */
};
struct pull *pull_new(const struct pull_options *o) __attribute__((returns_nonnull));
void pull_free(struct pull **p);

struct pull_result {
	bool progress; /* something was learned: call again at once */
	uint64_t entries, payloads, files, cosigned, forks;
	uint64_t file_bytes;
	int64_t wait_ms; /* before the next step, if no progress */
};
/* `db`: a handle of the calling thread. Refusals are recorded (refusal_put) and end the round with an error; the next round starts clean. */
MUST_USE int pull_step(struct pull *p, struct db *db, struct pull_result *ret, struct why *why);

/* How long to wait before the next step after one that failed: doubled each time, with jitter. */
int64_t pull_backoff_ms(const struct pull *p);

/*
 * Cosigns (step 11) the newest verified head of each followed log that has grown, in a transaction of its own; used by pull_step. A node that may not sign
 * cosigns nothing. *ret_refused: a log that this node has cosigned another history of (the first of them); code 0: none.
 */
MUST_USE int cosign_heads(const struct node *node, struct db *db, const struct id *coalition,
	uint64_t *ret_n, struct why *ret_refused, struct why *why);

/*
 * Threads: one per partner and coalition, over HTTPS; new partners are picked up. `learned` is called after progress (wakes the server, and whoever does what the
 * fold leaves to do: node_todo).
 */
struct puller;
MUST_USE int puller_start(struct puller **ret, const struct node *node, void (*learned)(void *ctx),
	void *ctx, struct why *why);
void puller_kick(struct puller *p); /* partners or coalitions changed */
/* The partner has called here: it is there again, whatever failed before. Cheap; any thread. */
void puller_called(struct puller *p, const struct id *peer);
/* Waits until every thread has ended; `learned` is not called afterwards, and kicks and calls do nothing. NULL is fine. */
void puller_stop(struct puller *p);
/* puller_stop, when nobody can kick or call any more. */
void puller_free(struct puller **p);

/* HTTPS transport: endpoint and pins from the newest root document of the partner, SSRF guard with the conf's ranges. */
struct https;
struct https *https_new(const struct node *node, bool (*stop)(void *ctx), void *stop_ctx)
	__attribute__((returns_nonnull));
void https_free(struct https **h);
struct transport https_transport(struct https *h);

#endif
