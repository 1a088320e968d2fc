/*
 * replay_close.c: the closing, replayed; see replay.h.
 *
 *	1. A closing is known by its root and its active: two with one root and other sets in force are two.
 *	2. Which one stands follows from closings and cosignatures alone: k holders have signed it. From then on hours, rules and what is in force are what it says, whatever receipts,
 *	   postponements, sealed bids or tenders come to light.
 *	3. 2k > n, so a second one that k have signed takes a holder who has signed both, and is named. Then the one stands under which the most holders have given shares: an honest holder
 *	   gives them under one only, so what has been opened stays.
 *	4. Nothing is held against anybody that could look otherwise once more messages are here.
 */
#include "base/map.h"
#include "base/report.h"
#include "work/procurement/seal/replay.h"

static struct replay_close *close_of(
	const struct seal_replay *r, const struct hash *root, const struct hash *active)
{
	for (size_t i = 0; i < r->n_close; i++)
		if (hash_eq(&r->close[i].close.root, root) &&
			hash_eq(&r->close[i].close.active, active))
			return &r->close[i];
	return NULL;
}

const struct replay_close *replay_closing(
	const struct seal_replay *r, const struct hash *root, const struct hash *active)
{
	return close_of(r, root, active);
}

/* ---- what is there ---- */

struct close_key {
	uint8_t b[64];
};

static struct close_key key_of(const struct hash *root, const struct hash *active)
{
	struct close_key k;

	memcpy(k.b, root->b, 32);
	memcpy(k.b + 32, active->b, 32);
	return k;
}

static void malformed(
	struct seal_replay *r, struct arena *arena, struct slice type, const struct why *why)
{
	replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "%.*s: %s: %s", SLICE_FMT(type),
		why->where, why->text);
}

/* Closings and views; a map finds the closings, as there may be many. */
static void closes_read(struct seal_replay *r, const struct slice *message, size_t n,
	struct map *at, struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		struct slice type = msg_type(message[i]);
		struct seal_close c;
		struct why why = {0};

		if (!slice_is(type, "seal.close") && !slice_is(type, "close.view"))
			continue;
		if (seal_close_parse(&c, &r->policy, arena, message[i], &why) < 0) {
			malformed(r, arena, type, &why);
			continue;
		}
		if (c.kind == CLOSE_VIEW) {
			r->view[r->n_view++] = c;
			continue;
		}
		struct close_key key = key_of(&c.root, &c.active);
		struct replay_close *of = map_get(at, PART(key));
		if (!of) {
			of = &r->close[r->n_close++];
			of->close = c;
			map_put(at, PART(key), of);
		}
		of->signed_by |= 1ULL << (c.i - 1);
		r->bound |= 1ULL << (c.i - 1);
	}
}

static void words_read(struct seal_replay *r, const struct slice *message, size_t n,
	const struct map *at, struct arena *arena)
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
			if (rc == 0) {
				struct close_key key = key_of(&c.root, &c.active);

				r->bound |= 1ULL << (c.i - 1);
				of = map_get(at, PART(key));
				if (of)
					of->signed_by |= 1ULL << (c.i - 1);
			}
		} else if (slice_is(type, "close.dissent")) {
			rc = seal_dissent_parse(&d, &r->policy, arena, message[i], &why);
			if (rc == 0) {
				struct close_key key = key_of(&d.root, &d.active);

				of = map_get(at, PART(key));
				if (of)
					of->dissent |= 1ULL << (d.i - 1);
			}
		}
		if (rc < 0)
			malformed(r, arena, type, &why);
	}
}

/* Who has given shares under which closing. */
static void sharers_read(struct seal_replay *r, const struct slice *message, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct replay_close *of;
		struct seal_share s;

		if (!slice_is(msg_type(message[i]), "open.share") ||
			seal_share_parse(&s, &r->policy, message[i], NULL) < 0)
			continue;
		of = close_of(r, &s.root, &s.active);
		if (of)
			of->shared_by |= 1ULL << (s.i - 1);
	}
}

/* Those that most holders have signed first. */
static int by_signers(const void *a, const void *b)
{
	const struct replay_close *x = a, *y = b;
	unsigned p = bits_count(x->signed_by), q = bits_count(y->signed_by);
	int rc;

	if (p != q)
		return p > q ? -1 : 1;
	rc = hash_cmp(&x->close.root, &y->close.root);
	return rc ? rc : hash_cmp(&x->close.active, &y->close.active);
}

/*
 * An honest holder signs one closing. Of all that one has signed a few are looked at, those with the most signatures first, and one is looked at if any of its signers has room for it: so
 * whatever liars write and sign, in any number, the closing that an honest holder has signed is among them, and so is the one that stands.
 */
static void closes_cap(struct seal_replay *r, struct arena *arena)
{
	size_t of[LIMIT_SEAL_HOLDERS] = {0}, out = 0;

	if (r->n_close)
		qsort(r->close, r->n_close, sizeof(*r->close), by_signers);
	for (size_t i = 0; i < r->n_close; i++) {
		bool room = false;

		for (uint32_t h = 0; h < r->policy.n; h++)
			room |= (r->close[i].signed_by & 1ULL << h) && of[h]++ < LIMIT_SEAL_CLOSES;
		if (room)
			r->close[out++] = r->close[i];
	}
	for (uint32_t i = 0; i < r->policy.n; i++)
		if (of[i] > LIMIT_SEAL_CLOSES)
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL,
				"holder %u has signed %zu closings: not all are looked at", i + 1,
				of[i]);
	r->n_close = out;
}

static bool stands_rather(const struct replay_close *a, const struct replay_close *b)
{
	unsigned p = bits_count(a->shared_by), q = bits_count(b->shared_by);

	return p != q ? p > q : by_signers(a, b) < 0;
}

void replay_closings(
	struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	struct map at = {0};
	size_t enough = 0;

	r->close =
		arena_array(arena, struct replay_close, replay_count(message, n, "seal.close") + 1);
	r->view = arena_array(arena, struct seal_close, replay_count(message, n, "close.view") + 1);
	closes_read(r, message, n, &at, arena);
	words_read(r, message, n, &at, arena);
	map_free(&at);
	closes_cap(r, arena);
	for (size_t i = 0; i < r->n_close; i++)
		enough += bits_count(r->close[i].signed_by) >= r->policy.k;
	sharers_read(r, message, n);
	for (size_t i = 0; i < enough; i++)
		if (!r->closed || stands_rather(&r->close[i], r->closed))
			r->closed = &r->close[i];
}

/* ---- what is wrong with them ---- */

/* Did this holder know, by its own signature, that commits of this hour count? A postponement that it has not seen is no lie of its. */
static bool knew(const struct seal_replay *r, uint32_t i, const struct tally_line *line)
{
	return seal_counts(line, &r->policy, r->told.known_ms[i - 1]);
}

/* A full tree leaves out what does not count; who had not heard of the last receipt is not to blame for that. */
static bool left_out(
	const struct seal_replay *r, const struct replay_close *c, const struct tally_line *line)
{
	return seal_counts(line, &r->policy, r->told.hours.deadline_ms) &&
	       !seal_close_find(&c->close, &line->commit->leaf) && c->close.n < LIMIT_SEAL_COMMITS;
}

static void author_judge(struct seal_replay *r, struct replay_close *c, struct arena *arena)
{
	uint32_t by = c->close.i;
	size_t less = 0;

	for (size_t i = 0; i < r->n_line; i++) {
		const struct tally_line *line = &r->line[i];
		const struct close_leaf *leaf = seal_close_find(&c->close, &line->commit->leaf);

		less += leaf && !leaf_counts(leaf->state) && knew(r, by, line) &&
			line->time_ms <= c->close.hours.deadline_ms;
		if (!left_out(r, c, line))
			continue;
		c->n_dropped++;
		if (!knew(r, by, line))
			continue;
		if (line->held & 1ULL << (by - 1))
			replay_find(r, arena, FINDING_DROPPED_BID, by, line->commit,
				"holder %u closed without a bid that it had receipted itself, as "
				"one of %u in time",
				by, line->receipts);
		else
			replay_find(r, arena, FINDING_MISSED_BID, by, line->commit,
				"holder %u closed without a bid that %u others had receipted in "
				"time, and may not have heard of it",
				by, line->receipts);
	}
	c->n_less = less;
	if (less)
		replay_find(r, arena, FINDING_WRONG_ACTIVE, by, NULL,
			"holder %u closed with %zu commits as not counting that do by the receipts "
			"that are here now, and may not have had them",
			by, less);
}

/* Holders who signed what they knew to be false, or two things. */
static void signers_judge(struct seal_replay *r, struct arena *arena)
{
	for (uint32_t i = 1; i <= r->policy.n; i++) {
		uint64_t bit = 1ULL << (i - 1);
		size_t closings = 0;

		for (size_t c = 0; c < r->n_close; c++) {
			if (!(r->close[c].signed_by & bit))
				continue;
			closings++;
			for (size_t l = 0; r->close[c].close.i != i && l < r->n_line; l++)
				if ((r->line[l].held & bit) && knew(r, i, &r->line[l]) &&
					left_out(r, &r->close[c], &r->line[l]))
					replay_find(r, arena, FINDING_COSIGNED_LIE, i,
						r->line[l].commit,
						"holder %u cosigned a tree without a bid that it "
						"had receipted itself",
						i);
		}
		if (closings > 1)
			replay_find(r, arena, FINDING_TWO_ROOTS, i, NULL,
				"holder %u signed %zu different closings of one tender", i,
				closings);
	}
}

/* From here on what counts and what is in force is what the closing says. */
static void closed_apply(struct seal_replay *r)
{
	const struct seal_close *c = &r->closed->close;

	r->policy.deadline_ms = c->hours.deadline_ms;
	r->policy.open_ms = c->hours.open_ms;
	r->policy.fallback_ms = c->hours.fallback_ms;
	for (size_t i = 0; i < r->n_line; i++) {
		const struct close_leaf *leaf = seal_close_find(c, &r->line[i].commit->leaf);

		r->line[i].counted = leaf && leaf_counts(leaf->state);
		r->line[i].active = leaf && leaf->state >= LEAF_IN_FORCE;
	}
}

void replay_close(struct seal_replay *r, struct arena *arena)
{
	for (size_t i = 0; i < r->n_close; i++)
		author_judge(r, &r->close[i], arena);
	signers_judge(r, arena);
	if (r->closed)
		closed_apply(r);
	for (size_t i = 0; i < r->n_line; i++)
		if (r->line[i].twin && r->line[i].active)
			replay_find(r, arena, FINDING_TWIN_BID, 0, r->line[i].commit,
				"the bidder committed to two texts under number %u; the earlier "
				"stands",
				r->line[i].commit->name.seq);
}
