/*
 * replay_key.c: the making of the key, replayed; see replay.h.
 *
 *	1. A certificate names the rounds 1 that its key is made of, so one that somebody shows later, in place of that which all have certified, takes nobody's key away.
 *	2. A complaint names the round 1 that it is about, and is judged by that one only.
 */
#include "work/procurement/seal/replay.h"

struct making {
	struct dkg_deal *deal; /* all that are here */
	size_t n_deal;
	struct dkg_cert **cert; /* each is large: memory is for those that hold */
	size_t n_cert;
};

static void deals_read(struct seal_replay *r, const struct slice *message, size_t n,
	struct arena *arena, struct making *m)
{
	m->deal = arena_array(arena, struct dkg_deal, replay_count(message, n, "dkg.r1") + 1);
	for (size_t i = 0; i < n; i++) {
		struct dkg_deal *d = &m->deal[m->n_deal];
		struct why why = {0};

		if (!slice_is(msg_type(message[i]), "dkg.r1"))
			continue;
		if (dkg_deal_parse(d, &r->policy, arena, message[i], &why) < 0) {
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "dkg.r1: %s: %s",
				why.where, why.text);
			continue;
		}
		m->n_deal++;
		if (r->dealt & 1ULL << (d->i - 1)) {
			if (!(r->dealt_twice & 1ULL << (d->i - 1)))
				replay_find(r, arena, FINDING_TWO_DEALS, d->i, NULL,
					"holder %u has signed two different rounds 1", d->i);
			r->dealt_twice |= 1ULL << (d->i - 1);
			continue;
		}
		r->deal[d->i - 1] = *d;
		r->dealt |= 1ULL << (d->i - 1);
	}
}

static const struct dkg_deal *deal_of(const struct making *m, uint32_t i, const struct hash *hash)
{
	for (size_t d = 0; d < m->n_deal; d++)
		if (m->deal[d].i == i && hash_eq(&m->deal[d].hash, hash))
			return &m->deal[d];
	return NULL;
}

static void complaints(struct seal_replay *r, const struct slice *message, size_t n,
	const struct making *m, struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		const struct dkg_deal *deal;
		struct dkg_complaint c;
		struct why why = {0};

		if (!slice_is(msg_type(message[i]), "dkg.cmp"))
			continue;
		if (dkg_complaint_parse(&c, &r->policy, message[i], &why) < 0) {
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "dkg.cmp: %s", why.text);
			continue;
		}
		r->complained |= 1ULL << (c.by - 1);
		deal = deal_of(m, c.against, &c.deal);
		if (!deal)
			continue; /* without the deal nothing can be judged */
		if (dkg_judge(&r->policy, &c, deal) == c.against) {
			r->dealt_badly |= 1ULL << (c.against - 1);
			replay_find(r, arena, FINDING_BAD_DEAL, c.against, NULL,
				"holder %u dealt holder %u a share that does not fit its "
				"commitments",
				c.against, c.by);
		} else {
			replay_find(r, arena, FINDING_FALSE_COMPLAINT, c.by, NULL,
				"holder %u complains of a share by holder %u that is good", c.by,
				c.against);
		}
	}
}

static void certs_read(struct seal_replay *r, const struct slice *message, size_t n,
	struct arena *arena, struct making *m)
{
	m->cert = arena_array(arena, struct dkg_cert *, replay_count(message, n, "dkg.cert") + 1);
	for (size_t i = 0; i < n; i++) {
		struct dkg_cert c;
		struct why why = {0};

		if (!slice_is(msg_type(message[i]), "dkg.cert"))
			continue;
		if (dkg_cert_parse(&c, &r->policy, message[i], &why) < 0) {
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "dkg.cert: %s: %s",
				why.where, why.text);
			continue;
		}
		m->cert[m->n_cert] = arena_new(arena, struct dkg_cert);
		*m->cert[m->n_cert++] = c;
		r->said_cert |= 1ULL << (c.i - 1);
	}
}

static uint64_t certified_by(
	const struct seal_replay *r, const struct making *m, const struct dkg_key *key)
{
	uint64_t by = 0;

	for (size_t i = 0; i < m->n_cert; i++)
		if (dkg_key_eq(&r->policy, &m->cert[i]->key, key))
			by |= 1ULL << (m->cert[i]->i - 1);
	return by;
}

/* Of the holder with the fewest certificates: what all have certified is among them, and an honest one has written one. */
static uint32_t fewest(const struct seal_replay *r, const struct making *m)
{
	size_t of[LIMIT_SEAL_HOLDERS] = {0};
	uint32_t least = 0;

	for (size_t i = 0; i < m->n_cert; i++)
		of[m->cert[i]->i - 1]++;
	for (uint32_t i = 1; i < r->policy.n; i++)
		if (of[i] < of[least])
			least = i;
	return least + 1;
}

/* Takes the rounds 1 that all n have certified, in place of those that came first by their bytes. */
static void certified_take(struct seal_replay *r, const struct making *m)
{
	const struct dkg_deal *of[LIMIT_SEAL_HOLDERS];
	uint32_t least = fewest(r, m);

	for (size_t i = 0; i < m->n_cert; i++) {
		const struct dkg_key *key = &m->cert[i]->key;
		bool here = true;

		if (m->cert[i]->i != least || bits_count(certified_by(r, m, key)) < r->policy.n)
			continue;
		for (uint32_t h = 1; h <= r->policy.n; h++) {
			of[h - 1] = deal_of(m, h, &key->deal[h - 1]);
			here &= of[h - 1] != NULL;
		}
		for (uint32_t h = 0; here && h < r->policy.n; h++)
			if (of[h])
				r->deal[h] = *of[h];
		if (here)
			return;
	}
}

/* Who says that other parts come of the very same rounds 1. */
static void certs_judge(struct seal_replay *r, const struct making *m, struct arena *arena)
{
	for (size_t i = 0; i < m->n_cert; i++) {
		const struct dkg_cert *c = m->cert[i];
		bool same = true;

		for (uint32_t h = 0; h < r->policy.n; h++)
			same &= hash_eq(&c->key.deal[h], &r->key.deal[h]);
		if (same && !dkg_key_eq(&r->policy, &r->key, &c->key))
			replay_find(r, arena, FINDING_BAD_CERT, c->i, NULL,
				"holder %u certifies another key than the rounds 1 give", c->i);
	}
}

void replay_key(struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	struct making m = {.n_deal = 0};

	deals_read(r, message, n, arena, &m);
	complaints(r, message, n, &m, arena);
	certs_read(r, message, n, arena, &m);
	if (bits_count(r->dealt) < r->policy.n)
		return;
	certified_take(r, &m);
	dkg_public(&r->policy, r->deal, &r->key);
	certs_judge(r, &m, arena);
	r->certified = certified_by(r, &m, &r->key);
	r->has_key = bits_count(r->certified) == r->policy.n && !point_is_identity(&r->key.y);
}
