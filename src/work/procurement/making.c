/* making.c: see making.h. */
#include "work/procurement/making.h"

#include "base/report.h"

bool making_is(struct slice message)
{
	static const char *const types[] = {"countersign", "dkg.r1", "dkg.cmp", "dkg.cert", NULL};
	struct slice type = msg_type(message);

	for (size_t i = 0; types[i]; i++)
		if (slice_is(type, types[i]))
			return true;
	return false;
}

/* A holder can sign the same words as often as it likes, and what others hand on must not differ for that; a round 1 is named by all of its bytes, a policy told by its first text. */
static struct slice what(struct slice message)
{
	struct slice type = msg_type(message);

	return slice_is(type, "dkg.r1") || slice_is(type, "policy") ? message : msg_body(message);
}

/* The number in the third line, 0 if there is none. */
static uint64_t holder_of(struct slice message)
{
	struct slice rest = message, line, word;
	uint64_t i = 0;

	return slice_cut(&rest, '\n', &line) && slice_cut(&rest, '\n', &line) &&
			       slice_cut(&rest, '\n', &line) && slice_cut(&line, ' ', &word) &&
			       slice_is(word, "holder") && slice_u64(line, &i) == 0
		       ? i
		       : 0;
}

/* The highest that any version of the tender had when it was called open; 0: none was. */
static uint32_t threshold_of(const struct process *p)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	int64_t most = 0;

	for (const struct row *r = process_version(p, P_TENDER, NULL); r;
		r = process_version(p, P_TENDER, r)) {
		json_ref root = json_root(&r->doc);
		int64_t k = get_int(&r->doc, root, "threshold", 0);

		arena_reset(&arena);
		if (slice_is(get_text(&r->doc, root, "status", &arena), "open") && k > most)
			most = k;
	}
	return most > LIMIT_MEMBERS ? LIMIT_MEMBERS : (uint32_t)most;
}

void making_read(const struct process *p, const struct said *all, size_t n, struct arena *arena,
	struct making *ret)
{
	*ret = (struct making){.p = p, .k = threshold_of(p)};
	for (size_t i = 0; i < n; i++) {
		size_t author = process_index(p, &all[i].in->object.owner);
		uint64_t *by;

		if (author == SIZE_MAX ||
			(!making_is(all[i].text) && !slice_is(msg_type(all[i].text), "policy")))
			continue;
		by = map_get(&ret->by, what(all[i].text));
		if (!by) {
			by = arena_new(arena, uint64_t);
			*by = 0;
			(void)map_put(&ret->by, what(all[i].text), by);
		}
		*by |= 1ULL << author;
	}
}

void making_free(struct making *m)
{
	map_free(&m->by);
}

static uint64_t borne_by(const struct making *m, struct slice message)
{
	const uint64_t *by = map_get(&m->by, what(message));

	return by ? *by : 0;
}

/* Do k others than this holder bear it, where somebody else reads? Their own word for k is not below what the tender has published. */
static bool handed_on(const struct making *m, uint64_t by, const struct id *holder, uint32_t k)
{
	uint64_t own = 1ULL << process_index(m->p, holder);

	return bits_count(by & ~own) >= (k > m->k ? k : m->k) &&
	       !(m->p->rows->has_self && id_eq(&m->p->rows->self, holder));
}

bool making_counts(
	const struct making *m, const struct seal_policy *policy, const struct said *said)
{
	uint64_t i;
	const struct id *holder;

	if (!making_is(said->text))
		return true;
	i = holder_of(said->text);
	if (i < 1 || i > policy->n)
		return false;
	holder = &policy->holder[i - 1].member;
	return id_eq(holder, &said->in->object.owner) ||
	       handed_on(m, borne_by(m, said->text), holder, policy->k);
}

bool making_policy_counts(const struct making *m, const struct seal_policy *policy)
{
	uint64_t by = borne_by(m, policy->text), lead = 1ULL << process_index(m->p, &m->p->lead);

	return (by & lead) || handed_on(m, by, &m->p->lead, policy->k);
}

unsigned making_policy_others(const struct making *m, struct slice policy)
{
	uint64_t by = borne_by(m, policy), lead = 1ULL << process_index(m->p, &m->p->lead);

	return by & lead ? 0 : bits_count(by);
}

/* ---- to hand on ---- */

static bool is_certificate_of(const struct seal_replay *r, struct slice message)
{
	struct dkg_cert c;

	return slice_is(msg_type(message), "dkg.cert") &&
	       dkg_cert_parse(&c, &r->policy, message, NULL) == 0 &&
	       dkg_key_eq(&r->policy, &c.key, &r->key);
}

static bool is_deal_of(const struct seal_replay *r, struct slice message)
{
	uint64_t i = holder_of(message);

	return slice_is(msg_type(message), "dkg.r1") && i >= 1 && i <= r->policy.n &&
	       slice_eq(message, r->deal[i - 1].text);
}

static bool is_countersign_of(const struct seal_replay *r, struct slice message)
{
	struct seal_countersign c;

	return slice_is(msg_type(message), "countersign") &&
	       seal_countersign_parse(&c, &r->policy, message, NULL) == 0;
}

size_t making_lacks(const struct process *p, struct arena *arena, struct slice **ret)
{
	const struct seal_replay *r = p->replay;
	struct map have = {0};
	struct slice *list;
	size_t n = 0;

	MUST(r->has_key);
	*ret = NULL;
	/* Where all are needed to open, whoever takes his part back can as well give no share. */
	if (r->policy.k == r->policy.n)
		return 0;
	list = arena_array(arena, struct slice, 1 + 3 * (size_t)r->policy.n);
	for (size_t i = 0; i < p->n_mine; i++)
		if (making_is(p->mine[i]) || slice_is(msg_type(p->mine[i]), "policy"))
			(void)map_put(&have, what(p->mine[i]), list);
	for (size_t i = 0; i < p->n_message; i++) {
		struct slice m = p->message[i];

		if (map_has(&have, what(m)) ||
			!(slice_eq(m, r->policy.text) || is_countersign_of(r, m) ||
				is_deal_of(r, m) || is_certificate_of(r, m)))
			continue;
		(void)map_put(&have, what(m), list);
		list[n++] = m;
	}
	map_free(&have);
	*ret = list;
	return n;
}
