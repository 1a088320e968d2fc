/* replay_key.c: the making of the key, replayed; see replay.h. */
#include "work/procurement/seal/replay.h"

static void deals(struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		struct dkg_deal d;
		struct why why = {0};

		if (!slice_is(msg_type(message[i]), "dkg.r1"))
			continue;
		if (dkg_deal_parse(&d, &r->policy, arena, message[i], &why) < 0) {
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "dkg.r1: %s: %s",
				why.where, why.text);
			continue;
		}
		if (r->dealt & 1ULL << (d.i - 1)) {
			replay_find(r, arena, FINDING_TWO_DEALS, d.i, NULL,
				"holder %u has signed two different rounds 1", d.i);
			r->two_deals = true;
			continue;
		}
		r->deal[d.i - 1] = d;
		r->dealt |= 1ULL << (d.i - 1);
	}
}

static void complaints(
	struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		struct dkg_complaint c;
		struct why why = {0};

		if (!slice_is(msg_type(message[i]), "dkg.cmp"))
			continue;
		if (dkg_complaint_parse(&c, &r->policy, message[i], &why) < 0) {
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "dkg.cmp: %s", why.text);
			continue;
		}
		if (!(r->dealt & 1ULL << (c.against - 1)))
			continue; /* without the deal nothing can be judged */
		if (dkg_judge(&r->policy, &c, &r->deal[c.against - 1]) == c.against)
			replay_find(r, arena, FINDING_BAD_DEAL, c.against, NULL,
				"holder %u dealt holder %u a share that does not fit its "
				"commitments",
				c.against, c.by);
		else
			replay_find(r, arena, FINDING_FALSE_COMPLAINT, c.by, NULL,
				"holder %u complains of a share by holder %u that is good", c.by,
				c.against);
	}
}

static void certs(struct seal_replay *r, const struct slice *message, size_t n,
	const struct dkg_key *key, struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		struct dkg_cert c;
		struct why why = {0};

		if (!slice_is(msg_type(message[i]), "dkg.cert"))
			continue;
		if (dkg_cert_parse(&c, &r->policy, message[i], &why) < 0)
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "dkg.cert: %s: %s",
				why.where, why.text);
		else if (key && !dkg_key_eq(&r->policy, key, &c.key) && !r->two_deals)
			replay_find(r, arena, FINDING_BAD_CERT, c.i, NULL,
				"holder %u certifies another key than the rounds 1 give", c.i);
		else if (key && dkg_key_eq(&r->policy, key, &c.key))
			r->certified |= 1ULL << (c.i - 1);
	}
}

void replay_key(struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	bool all;

	deals(r, message, n, arena);
	complaints(r, message, n, arena);
	all = bits_count(r->dealt) == r->policy.n;
	if (all)
		dkg_public(&r->policy, r->deal, &r->key);
	certs(r, message, n, all ? &r->key : NULL, arena);
	r->has_key =
		all && bits_count(r->certified) == r->policy.n && !point_is_identity(&r->key.y);
}
