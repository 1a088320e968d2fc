/* replay_open.c: the opening, replayed; see replay.h. */
#include "base/report.h"
#include "work/procurement/seal/replay.h"

/* By the sealed bid itself and not by what a commit says of it: anybody may commit to a hash that he has seen in another's commit. */
static struct replay_bid *bid_of(struct seal_replay *r, const struct seal_share *s)
{
	for (size_t i = 0; i < r->n_bid; i++)
		if (r->bid[i].sealed && hash_eq(&r->bid[i].sealed->hash, &s->sealed) &&
			id_eq(&r->bid[i].sealed->name.bid, &s->bid))
			return &r->bid[i];
	return NULL;
}

static void bid_add(
	struct seal_replay *r, const struct tally_line *line, bool missing, struct arena *arena)
{
	struct replay_bid *b = &r->bid[r->n_bid++];

	b->line = line;
	b->sealed = missing ? NULL : replay_sealed(r, line->commit);
	/* What the closing says has come will come here too. */
	b->state = missing || (!b->sealed && !r->closed) ? BID_MISSING : BID_SEALED;
	if (missing)
		replay_find(r, arena, FINDING_MISSING_BID, 0, line->commit,
			"the sealed bid that was committed to never came");
}

/* Bids in force as things stand; and what the closing says, once there is one. */
static void bids_in_force(struct seal_replay *r, struct arena *arena)
{
	const struct seal_close *c = r->closed ? &r->closed->close : NULL;

	r->bid = arena_array(arena, struct replay_bid, (c ? c->n : r->n_line) + 1);
	for (size_t i = 0; !c && i < r->n_line; i++)
		if (r->line[i].active)
			bid_add(r, &r->line[i], false, arena);
	for (size_t i = 0; c && i < c->n; i++) {
		struct tally_line *line = replay_line(r, &c->leaf[i].leaf);
		const struct bid_commit *commit = replay_commit(r, &c->leaf[i].leaf);

		if (c->leaf[i].state < LEAF_IN_FORCE)
			continue;
		r->n_unknown += commit == NULL;
		if (!line && commit) {
			line = arena_new(arena, struct tally_line);
			*line = (struct tally_line){
				.commit = commit, .counted = true, .active = true};
		}
		if (line)
			bid_add(r, line, c->leaf[i].state == LEAF_MISSING, arena);
	}
}

static void bid_text(struct seal_replay *r, struct replay_bid *b, const struct point *k,
	enum bid_state how, struct arena *arena)
{
	struct buf text CLEANUP_BUF = BUF(LIMIT_SEAL_BID);
	struct why why = {0};

	b->key = *k;
	if (bid_open(&r->policy, b->sealed, k, &text, &why) < 0) {
		b->state = BID_UNREADABLE;
		replay_find(r, arena, FINDING_UNREADABLE, 0, b->line->commit,
			"the bidder sealed what does not open: %s", why.text);
		return;
	}
	b->text = arena_copy(arena, buf_slice(&text));
	b->state = how;
}

struct hash replay_draw(const struct seal_replay *r)
{
	struct hasher *h = hash_start();

	MUST(replay_open(r));
	hash_add(h, PART(r->closed->close.root));
	for (size_t i = 0; i < r->n_bid; i++)
		hash_add(h, PART(r->bid[i].key));
	return hash_end(&h);
}

/* All shares of one bid, one of each holder, good ones first come. */
struct share_set {
	struct seal_share share[LIMIT_SEAL_HOLDERS];
	size_t n;
};

/* A bid whose commit is here and the bid itself is not yet: nothing can be said of its shares. */
static bool is_named(const struct seal_replay *r, const struct hash *sealed)
{
	for (size_t i = 0; i < r->n_bid; i++)
		if (!r->bid[i].sealed && r->closed &&
			hash_eq(&r->bid[i].line->commit->sealed, sealed))
			return true;
	return false;
}

static void share_take(
	struct seal_replay *r, struct slice text, struct share_set *set, struct arena *arena)
{
	struct seal_share s;
	struct replay_bid *b;
	struct why why = {0};

	if (seal_share_parse(&s, &r->policy, text, &why) < 0) {
		replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "open.share: %s: %s", why.where,
			why.text);
		return;
	}
	if (!r->closed || !hash_eq(&s.root, &r->closed->close.root) ||
		!hash_eq(&s.active, &r->closed->close.active)) {
		const struct replay_close *other = replay_closing(r, &s.root, &s.active);

		if (!other || bits_count(other->signed_by) < r->policy.k)
			replay_find(r, arena, FINDING_SHARE_EARLY, s.i, NULL,
				"holder %u gave a share under a closing that %u holders have not "
				"signed, as far as is known here",
				s.i, r->policy.k);
		return;
	}
	b = bid_of(r, &s);
	if (!b) {
		if (r->n_unknown == 0 && !is_named(r, &s.sealed))
			replay_find(r, arena, FINDING_SHARE_WITHDRAWN, s.i, NULL,
				"holder %u sent a share of a bid that is not in force by the closing "
				"that it names",
				s.i);
		return;
	}
	if (seal_share_check(&s, &r->key, b->sealed, &why) < 0) {
		replay_find(r, arena, FINDING_BAD_SHARE, s.i, b->line->commit, "%s", why.text);
		return;
	}
	struct share_set *of = &set[b - r->bid];
	if (b->shares & 1ULL << (s.i - 1))
		return;
	b->shares |= 1ULL << (s.i - 1);
	of->share[of->n++] = s;
}

static void combine_all(struct seal_replay *r, const struct share_set *set, struct arena *arena)
{
	for (size_t i = 0; i < r->n_bid; i++) {
		const struct seal_share *list[LIMIT_SEAL_HOLDERS];
		const struct share_set *of = &set[i];

		if (of->n < r->policy.k)
			continue;
		for (size_t k = 0; k < of->n; k++)
			list[k] = &of->share[k];
		struct point key = seal_combine(&r->policy, list, of->n);
		bid_text(r, &r->bid[i], &key, BID_OPENED, arena);
	}
}

static void selfopenings(
	struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		struct bid_selfopen o;
		struct point k;
		struct why why = {0};

		if (!slice_is(msg_type(message[i]), "bid.selfopen"))
			continue;
		if (bid_selfopen_parse(&o, &r->policy, message[i], &why) < 0) {
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "bid.selfopen: %s: %s",
				why.where, why.text);
			continue;
		}
		for (size_t b = 0; r->closed && b < r->n_bid; b++)
			if (r->bid[b].state == BID_SEALED && r->bid[b].sealed &&
				bid_selfopen_key(&o, r->bid[b].sealed, &r->key.y, &k, NULL) == 0)
				bid_text(r, &r->bid[b], &k, BID_SELFOPENED, arena);
	}
}

static void absent(struct seal_replay *r, struct arena *arena)
{
	uint64_t seen = 0;

	for (size_t b = 0; b < r->n_bid; b++)
		seen |= r->bid[b].shares;
	for (uint32_t i = 1; r->closed && r->n_bid && i <= r->policy.n; i++) {
		bool bad = false;

		for (size_t f = 0; f < r->n_finding; f++)
			bad |= r->finding[f].holder == i;
		if (!(seen & 1ULL << (i - 1)) && !bad)
			replay_find(r, arena, FINDING_ABSENT, i, NULL,
				"holder %u has sent no share", i);
	}
}

void replay_opening(
	struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	struct share_set *set;

	bids_in_force(r, arena);
	if (!r->has_key)
		return;
	set = mem_zero_alloc(r->n_bid + 1, sizeof(*set));
	for (size_t i = 0; i < n; i++)
		if (slice_is(msg_type(message[i]), "open.share"))
			share_take(r, message[i], set, arena);
	combine_all(r, set, arena);
	mem_free(set);
	selfopenings(r, message, n, arena);
	absent(r, arena);
}
