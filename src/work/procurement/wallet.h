/*
 * wallet.h: what a supplier keeps: its key, its bids as committed and sealed, the secret of each sealing, the receipts. A folder of small files that can be
 * carried on a stick; nothing in it needs a node.
 *
 *	WALLET/supplier.key                 32 bytes in hex, mode 0600: the Ed25519 seed
 *	WALLET/<bid>.<seq>.commit           the signed commitment
 *	WALLET/<bid>.<seq>.sealed           the sealed bid (not of withdrawals)
 *	WALLET/<bid>.<seq>.secret           r, in hex, mode 0600: opens the bid without the holders
 *	WALLET/<bid>.<seq>.receipts         receipts, as a transcript
 *
 * And a tender file: what a node's door gives (entente bid fetch): {"tender": …, "enquiries": …, "state": …, "messages": [policy, countersignatures, rounds, certificates]}.
 */
#ifndef PROCUREMENT_WALLET_H
#define PROCUREMENT_WALLET_H

#include "cli/cli.h"
#include "work/procurement/offer.h"

struct tender_file {
	struct row tender; /* only the content */
	struct seal_replay *r;
	struct json_doc told; /* the whole file: `enquiries` stands beside the tender */
	struct slice state;   /* when it was fetched: open, closed, cancelled, unsuccessful */
};
/* The policy's keys are those of a file of "member key" lines, which has all holders. E_VERIFY, E_SYNTAX. */
MUST_USE int trust_check(struct cli *cli, const struct seal_policy *p, const char *path);
/* Reads and checks: the key is certified by all holders. `trust`: NULL, or a file of "member key" lines that the policy must agree with. */
MUST_USE int tender_file_read(struct cli *cli, struct slice text, const char *trust,
	struct arena *arena, struct tender_file *ret);

/* What it is, its state and hours, lots and key, the answers that have been given: in words, or as JSON. */
void tender_tell(struct cli *cli, const struct tender_file *t);
/* E_STATE: it has ended without an award, so that nobody will open what is sealed for it. */
MUST_USE int tender_takes_bids(const struct tender_file *t, struct why *why);
size_t tender_answers(const struct tender_file *t);

/* The supplier's key, made on first use. */
MUST_USE int wallet_key(struct cli *cli, const char *dir, struct seckey *ret);

struct wallet_bid {
	struct bid_commit commit;
	struct slice text, sealed, secret; /* of files; empty if there is none */
	struct bid_receipt *receipt;
	size_t n_receipt;
	char name[64]; /* "<bid>.<seq>" */
};
/* All versions of all bids for this tender, in order of bid and seq. */
MUST_USE int wallet_bids(struct cli *cli, const char *dir, const struct seal_policy *p,
	struct arena *arena, struct wallet_bid **ret, size_t *ret_n);
MUST_USE int wallet_put(struct cli *cli, const char *dir, const char *name, const char *what,
	struct slice bytes, bool replace);

#endif
