/*
 * replay.h: E-SEAL/1 step 13: a whole tender from its messages, checked anew from the first to the last by anybody, with no node, no network and no trust.
 * A node uses the same code for its own view, so there are no two opinions.
 *
 *	rc = transcript_split(bytes, &arena, &message, &n, why);
 *	rc = seal_replay(message, n, &arena, &r, why);         -- negative only if there is no valid policy
 *	for (i < r.n_finding) …                                -- who has done what, with the evidence
 *	for (i < r.n_bid) …                                    -- what was opened
 *
 * The order of the messages does not matter, and messages that are there twice count once. What is not signed by whom it names is passed over ("malformed").
 * Only what holds whoever else may lie, and whatever else may still come, is an offence of somebody's: who has only a part of the messages blames nobody for what is missing there.
 *
 * A transcript file is the messages, an empty line between each two.
 */
#ifndef SEAL_REPLAY_H
#define SEAL_REPLAY_H

#include "work/procurement/seal/postpone.h"
#include "work/procurement/seal/share.h"

enum finding_kind {
	FINDING_MALFORMED, /* a message that is none of anybody's; no culprit */
	FINDING_BAD_DEAL,  /* holder dealt a share that does not fit (complaint upheld) */
	FINDING_FALSE_COMPLAINT,
	FINDING_TWO_DEALS,   /* holder sent two different dkg.r1 */
	FINDING_BAD_CERT,    /* holder certified another key than the deals give */
	FINDING_DROPPED_BID, /* holder closed without a counted bid that it had receipted itself */
	FINDING_MISSED_BID, /* holder closed without a counted bid that others had receipted: it may not have heard of it, so no offence; the closing does not stand unless a holder of the bid signs a lie */
	FINDING_COSIGNED_LIE, /* holder cosigned a tree without a commit that it had receipted itself */
	FINDING_TWO_ROOTS,    /* holder signed two closings for one sid */
	FINDING_TWO_RECEIPTS, /* holder gave two receipts of different hours for one commit */
	FINDING_WRONG_ACTIVE, /* holder closed with fewer that count than the receipts give: it may not have had them all, so no offence */
	FINDING_BAD_SHARE,    /* holder's share fails its proof */
	FINDING_SHARE_WITHDRAWN, /* holder helps to open what is not in force by the very closing that it names */
	FINDING_SHARE_EARLY, /* holder gave a share under a closing that k have not signed, as far as is known here: no offence while more may come */
	FINDING_TWIN_BID,    /* bidder committed to two texts under one number */
	FINDING_MISSING_BID, /* bidder's sealed bid never came */
	FINDING_UNREADABLE,  /* bidder sealed what does not open */
	FINDING_ABSENT,	     /* holder has not done its part; no offence */
};
const char *finding_name(enum finding_kind k);
/* False for what may befall an honest holder: nobody has broken the protocol. */
bool finding_is_offence(enum finding_kind k);

struct finding {
	enum finding_kind kind;
	uint32_t holder; /* culprit, or 0 */
	bool has_bidder;
	struct pubkey bidder;
	struct id bid;
	char text[240];
};

enum bid_state {
	BID_SEALED,  /* waits for shares */
	BID_MISSING, /* its payload is not here */
	BID_OPENED,  /* by k holders */
	BID_SELFOPENED,
	BID_UNREADABLE,
};
const char *bid_state_name(enum bid_state s);

struct replay_bid { /* one that is in force */
	const struct tally_line *line;
	const struct bid_sealed *sealed; /* NULL: missing */
	uint64_t shares;		 /* bit i−1: a valid share of holder i is here */
	enum bid_state state;
	struct point
		key; /* K, once the bid is open or has been found unreadable; else 32 zero bytes */
	struct slice text; /* opened; in the arena */
};

struct replay_close {
	struct seal_close close;
	uint64_t signed_by; /* bits: its author and who cosigned */
	uint64_t dissent;   /* bits */
	uint64_t shared_by; /* bits: who has given shares under it */
	size_t n_dropped;   /* commits that count and are missing */
	size_t n_less; /* that are there as not counting, though the receipts that are here say that they do */
};

struct seal_replay {
	struct seal_policy policy; /* with the hours that stand, in place of those of its text */
	struct seal_hours first;   /* of its text */
	struct seal_told told;	   /* postponements */
	uint64_t countersigned, dealt, certified; /* bits of holders */
	struct dkg_deal deal
		[LIMIT_SEAL_HOLDERS]; /* of those who have dealt; where one has twice, that which all have certified */
	uint64_t dealt_twice, dealt_badly; /* bits: a complaint about it is upheld */
	uint64_t complained,
		said_cert; /* bits: has complained of anybody, has certified anything */
	bool has_key;	   /* all n have certified one key, which the deals give */
	struct dkg_key key;
	struct bid_commit *commit;
	size_t n_commit;
	struct bid_receipt *receipt;
	size_t n_receipt;
	struct tally_line *line;
	size_t n_line;
	struct tally_line **by_leaf; /* the same by leaf, for replay_line() */
	struct bid_sealed *sealed;   /* admitted */
	size_t n_sealed;
	struct replay_close *close; /* those that most have signed first */
	size_t n_close;
	uint64_t
		bound; /* bits: who has signed any closing, also one that is not here or not looked at */
	struct seal_close *view; /* what holders say they know */
	size_t n_view;
	const struct replay_close *closed; /* the one that ≥ k holders signed; NULL */
	struct replay_bid *bid;
	size_t n_bid;
	size_t n_unknown; /* in force by the closing, and not even the commit is here */
	struct finding *finding;
	size_t n_finding;
};

MUST_USE int seal_replay(const struct slice *message, size_t n, struct arena *arena,
	struct seal_replay *ret, struct why *why);
unsigned bits_count(uint64_t bits);
/* Sealed bid that answers to a commit; NULL. */
const struct bid_sealed *replay_sealed(const struct seal_replay *r, const struct bid_commit *c);
/* By leaf; NULL: not here. */
const struct bid_commit *replay_commit(const struct seal_replay *r, const struct hash *leaf);
struct tally_line *replay_line(const struct seal_replay *r, const struct hash *leaf);
const struct replay_close *replay_closing(
	const struct seal_replay *r, const struct hash *root, const struct hash *active);
/* The hours by which a tender was closed, if it is; for who has only to know when it opens. */
bool replay_closed_hours(const struct seal_policy *p, const struct slice *message, size_t n,
	struct arena *arena, struct seal_hours *ret);
/* True if every bid in force has been opened, or is missing or unreadable by its bidder's doing. */
bool replay_open(const struct seal_replay *r);
/*
 * What ties are drawn from: SHA-256(root ‖ K of each bid in force, in the order of the closing; zeros where it is missing). Nobody knows a K when bids are closed, so whoever writes the
 * closing, and chooses what stands in it that does not count, chooses nothing here. MUST: it is open.
 */
struct hash replay_draw(const struct seal_replay *r);

MUST_USE int transcript_split(struct slice bytes, struct arena *arena, struct slice **ret,
	size_t *ret_n, struct why *why);
void transcript_add(struct buf *b, struct slice message);

/* Between the files of the replay. */
void replay_find(struct seal_replay *r, struct arena *arena, enum finding_kind kind,
	uint32_t holder, const struct bid_commit *bid, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
void replay_key(struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena);
void replay_bids(struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena);
void replay_closings(
	struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena);
void replay_close(struct seal_replay *r, struct arena *arena);
size_t replay_count(const struct slice *message, size_t n, const char *type);
void replay_opening(
	struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena);

#endif
