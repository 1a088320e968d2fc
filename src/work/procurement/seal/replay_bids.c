/* replay_bids.c: commits, receipts, sealed bids, and the closing, replayed; see replay.h. */
#include "base/report.h"
#include "work/procurement/seal/replay.h"

/* ---- commits and what answers to them ---- */

static void commit_take(struct seal_replay *r, struct slice text, struct arena *arena)
{
	struct why why = {0};

	if (bid_commit_parse(&r->commit[r->n_commit], &r->policy, text, &why) == 0)
		r->n_commit++;
	else
		replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "bid.commit: %s: %s", why.where,
			why.text);
}

static void receipt_take(struct seal_replay *r, struct slice text, struct arena *arena)
{
	struct why why = {0};

	if (bid_receipt_parse(&r->receipt[r->n_receipt], &r->policy, text, &why) == 0)
		r->n_receipt++;
	else
		replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "bid.receipt: %s: %s", why.where,
			why.text);
}

static void sealed_take(struct seal_replay *r, struct slice text, struct arena *arena)
{
	struct why why = {0};

	if (bid_sealed_parse(&r->sealed[r->n_sealed], &r->policy, arena, text, &why) == 0)
		r->n_sealed++;
	else
		replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "bid.sealed: %s: %s", why.where,
			why.text);
}

static size_t type_count(const struct slice *message, size_t n, const char *type)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += slice_is(msg_type(message[i]), type);
	return count;
}

void replay_bids(struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	r->commit = arena_array(arena, struct bid_commit, type_count(message, n, "bid.commit") + 1);
	r->receipt =
		arena_array(arena, struct bid_receipt, type_count(message, n, "bid.receipt") + 1);
	r->sealed = arena_array(arena, struct bid_sealed, type_count(message, n, "bid.sealed") + 1);
	for (size_t i = 0; i < n; i++) {
		struct slice type = msg_type(message[i]);

		if (slice_is(type, "bid.commit"))
			commit_take(r, message[i], arena);
		else if (slice_is(type, "bid.receipt"))
			receipt_take(r, message[i], arena);
		else if (slice_is(type, "bid.sealed"))
			sealed_take(r, message[i], arena);
	}
	seal_tally(&r->policy, r->commit, r->n_commit, r->receipt, r->n_receipt, arena, &r->line,
		&r->n_line);
	for (size_t i = 0; i < r->n_line; i++)
		if (r->line[i].twin && r->line[i].active)
			replay_find(r, arena, FINDING_TWIN_BID, 0, r->line[i].commit,
				"the bidder committed to two texts under number %u; the earlier "
				"stands",
				r->line[i].commit->name.seq);
}

/* ---- the closing ---- */

static struct replay_close *close_of(struct seal_replay *r, const struct hash *root)
{
	for (size_t i = 0; i < r->n_close; i++)
		if (hash_eq(&r->close[i].close.root, root))
			return &r->close[i];
	return NULL;
}

/* Did this holder know, by its own signature, that commits of this hour count? A postponement that it has not seen is no lie of its. */
static bool knew(const struct seal_replay *r, uint32_t i, const struct tally_line *line)
{
	return line->time_ms <= r->told.known_ms[i - 1];
}

/* What is wrong with a closing, whoever signs it afterwards. */
static void close_judge(struct seal_replay *r, struct replay_close *rc, struct arena *arena)
{
	uint32_t by = rc->close.i;
	bool knew_all = r->told.known_ms[by - 1] == r->policy.deadline_ms;

	for (size_t i = 0; i < r->n_line; i++) {
		if (!r->line[i].counted || seal_close_has(&rc->close, &r->line[i].commit->leaf))
			continue;
		rc->n_dropped++;
		if (!knew(r, by, &r->line[i]))
			continue;
		if (r->line[i].held & 1ULL << (by - 1))
			replay_find(r, arena, FINDING_DROPPED_BID, by, r->line[i].commit,
				"holder %u closed without a bid that it had receipted itself, as "
				"one of %u in time",
				by, r->line[i].receipts);
		else
			replay_find(r, arena, FINDING_MISSED_BID, by, r->line[i].commit,
				"holder %u closed without a bid that %u others had receipted in "
				"time, and may not have heard of it",
				by, r->line[i].receipts);
	}
	struct hash active = seal_active_hash(r->line, r->n_line, &rc->close);
	if (!hash_eq(&active, &rc->close.active)) {
		rc->n_dropped++;
		if (knew_all)
			replay_find(r, arena, FINDING_WRONG_ACTIVE, by, NULL,
				"the set in force that holder %u closed with does not follow from the "
				"receipts",
				by);
	}
}

static void closes(
	struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		struct replay_close c = {0};
		struct why why = {0};

		if (!slice_is(msg_type(message[i]), "seal.close"))
			continue;
		if (seal_close_parse(&c.close, &r->policy, arena, message[i], &why) < 0) {
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "seal.close: %s: %s",
				why.where, why.text);
			continue;
		}
		struct replay_close *same = close_of(r, &c.close.root);
		if (same) {
			same->signed_by |= 1ULL << (c.close.i - 1);
			continue;
		}
		c.signed_by = 1ULL << (c.close.i - 1);
		r->close[r->n_close] = c;
		close_judge(r, &r->close[r->n_close++], arena);
	}
}

static void cosigs(
	struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		struct slice type = msg_type(message[i]);
		struct seal_cosig c;
		struct seal_dissent d;
		struct replay_close *of;
		struct why why = {0};
		int rc = 0;

		if (slice_is(type, "close.cosig")) {
			rc = seal_cosig_parse(&c, &r->policy, message[i], &why);
			if (rc == 0 && (of = close_of(r, &c.root)) != NULL &&
				hash_eq(&of->close.active, &c.active))
				of->signed_by |= 1ULL << (c.i - 1);
		} else if (slice_is(type, "close.dissent")) {
			rc = seal_dissent_parse(&d, &r->policy, arena, message[i], &why);
			if (rc == 0 && (of = close_of(r, &d.root)) != NULL)
				of->dissent |= 1ULL << (d.i - 1);
		}
		if (rc < 0)
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "%.*s: %s: %s",
				SLICE_FMT(type), why.where, why.text);
	}
}

/* Holders who signed what they knew to be false, or two things. */
static void signers_judge(struct seal_replay *r, struct arena *arena)
{
	for (uint32_t i = 1; i <= r->policy.n; i++) {
		uint64_t bit = 1ULL << (i - 1);
		size_t roots = 0;

		for (size_t c = 0; c < r->n_close; c++) {
			if (!(r->close[c].signed_by & bit))
				continue;
			roots++;
			for (size_t l = 0; l < r->n_line; l++)
				if ((r->line[l].held & bit) && r->line[l].counted &&
					!seal_close_has(
						&r->close[c].close, &r->line[l].commit->leaf) &&
					r->close[c].close.i != i && knew(r, i, &r->line[l]))
					replay_find(r, arena, FINDING_COSIGNED_LIE, i,
						r->line[l].commit,
						"holder %u cosigned a tree without a bid that it "
						"had receipted itself",
						i);
		}
		if (roots > 1)
			replay_find(r, arena, FINDING_TWO_ROOTS, i, NULL,
				"holder %u signed %zu different roots for one tender", i, roots);
	}
}

void replay_close(struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	r->close =
		arena_array(arena, struct replay_close, type_count(message, n, "seal.close") + 1);
	closes(r, message, n, arena);
	cosigs(r, message, n, arena);
	signers_judge(r, arena);
	for (size_t i = 0; i < r->n_close; i++)
		if (bits_count(r->close[i].signed_by) >= r->policy.k) {
			/* 2k > n: a second one takes a holder who signed both, and is found above. */
			if (!r->closed || r->close[i].n_dropped < r->closed->n_dropped)
				r->closed = &r->close[i];
		}
}
