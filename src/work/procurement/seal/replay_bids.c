/* replay_bids.c: commits, receipts and sealed bids, replayed; see replay.h. */
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

size_t replay_count(const struct slice *message, size_t n, const char *type)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += slice_is(msg_type(message[i]), type);
	return count;
}

static int commit_order(const void *a, const void *b)
{
	return hash_cmp(
		&((const struct bid_commit *)a)->leaf, &((const struct bid_commit *)b)->leaf);
}

const struct bid_commit *replay_commit(const struct seal_replay *r, const struct hash *leaf)
{
	struct bid_commit key = {.leaf = *leaf};

	return r->n_commit ? bsearch(&key, r->commit, r->n_commit, sizeof(key), commit_order)
			   : NULL;
}

static int line_order(const void *a, const void *b)
{
	const struct tally_line *const *x = a, *const *y = b;

	return hash_cmp(&(*x)->commit->leaf, &(*y)->commit->leaf);
}

struct tally_line *replay_line(const struct seal_replay *r, const struct hash *leaf)
{
	struct bid_commit commit = {.leaf = *leaf};
	struct tally_line line = {.commit = &commit}, *key = &line, **found;

	if (r->n_line == 0)
		return NULL;
	found = bsearch(&key, r->by_leaf, r->n_line, sizeof(key), line_order);
	return found ? *found : NULL;
}

static int receipt_order(const void *a, const void *b)
{
	const struct bid_receipt *x = a, *y = b;
	int rc = hash_cmp(&x->leaf, &y->leaf);

	if (rc)
		return rc;
	if (x->i != y->i)
		return x->i < y->i ? -1 : 1;
	return x->time_ms < y->time_ms ? -1 : x->time_ms > y->time_ms;
}

/* One commit has one receipt of a holder, or two of a moment: two requests that came at once. Of two the earlier is taken, so who could choose the hour would choose among bids. */
static void receipts_judge(struct seal_replay *r, struct arena *arena)
{
	size_t first = 0;

	if (r->n_receipt)
		qsort(r->receipt, r->n_receipt, sizeof(*r->receipt), receipt_order);
	for (size_t i = 1; i < r->n_receipt; i++) {
		const struct bid_receipt *a = &r->receipt[first], *b = &r->receipt[i];
		bool same = a->i == b->i && hash_eq(&a->leaf, &b->leaf);

		if (same && b->time_ms - a->time_ms > SEAL_RECEIPTS_APART_MS)
			replay_find(r, arena, FINDING_TWO_RECEIPTS, a->i,
				replay_commit(r, &a->leaf),
				"holder %u has given two receipts of different hours for one commit",
				a->i);
		if (!same || b->time_ms - a->time_ms > SEAL_RECEIPTS_APART_MS)
			first = i;
	}
}

static void lines_sort(struct seal_replay *r, struct arena *arena)
{
	r->by_leaf = arena_array(arena, struct tally_line *, r->n_line + 1);
	for (size_t i = 0; i < r->n_line; i++)
		r->by_leaf[i] = &r->line[i];
	if (r->n_line)
		qsort(r->by_leaf, r->n_line, sizeof(*r->by_leaf), line_order);
}

void replay_bids(struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	r->commit =
		arena_array(arena, struct bid_commit, replay_count(message, n, "bid.commit") + 1);
	r->receipt =
		arena_array(arena, struct bid_receipt, replay_count(message, n, "bid.receipt") + 1);
	r->sealed =
		arena_array(arena, struct bid_sealed, replay_count(message, n, "bid.sealed") + 1);
	for (size_t i = 0; i < n; i++) {
		struct slice type = msg_type(message[i]);

		if (slice_is(type, "bid.commit"))
			commit_take(r, message[i], arena);
		else if (slice_is(type, "bid.receipt"))
			receipt_take(r, message[i], arena);
		else if (slice_is(type, "bid.sealed"))
			sealed_take(r, message[i], arena);
	}
	if (r->n_commit)
		qsort(r->commit, r->n_commit, sizeof(*r->commit), commit_order);
	receipts_judge(r, arena);
	seal_tally(&r->policy, r->commit, r->n_commit, r->receipt, r->n_receipt, arena, &r->line,
		&r->n_line);
	lines_sort(r, arena);
}
