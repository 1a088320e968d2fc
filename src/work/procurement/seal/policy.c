/* policy.c: see policy.h. */
#include "work/procurement/seal/policy.h"

#include "base/enc.h"
#include "base/report.h"

#include <inttypes.h>

const uint64_t seal_paddings[SEAL_PADDINGS] = {4096, 16384, 65536, 262144, 1048576};

/* Times lie below the year 9999, so that sums of two stay far from the end of 64 bits. */
#define TIME_MAX 253402300799999ULL

uint32_t seal_policy_k(uint32_t n)
{
	return n / 2 + 1;
}

static int holders_check(const struct seal_policy *p, struct why *why)
{
	if (p->n < 2 || p->n > LIMIT_SEAL_HOLDERS)
		return why_set(
			why, E_INVALID, "n", "a key has 2 to %d holders", LIMIT_SEAL_HOLDERS);
	if (p->k < 2 || p->k > p->n || 2 * p->k <= p->n)
		return why_set(why, E_INVALID, "k", "k is more than half of n, and not above it");
	if (p->r != p->n - p->k + 1)
		return why_set(why, E_INVALID, "receipts", "r is n - k + 1");
	if (p->lead < 1 || p->lead > p->n)
		return why_set(why, E_INVALID, "lead", "the lead is one of the holders");
	for (uint32_t i = 0; i < p->n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (id_eq(&p->holder[i].member, &p->holder[j].member) ||
				pubkey_eq(&p->holder[i].key, &p->holder[j].key) ||
				point_eq(&p->holder[i].box, &p->holder[j].box))
				return why_set(why, E_INVALID, "holder",
					"member or key of holder %u is that of %u", i + 1, j + 1);
	return 0;
}

int seal_policy_check(const struct seal_policy *p, struct why *why)
{
	int rc = holders_check(p, why);
	size_t known = 0;

	if (rc < 0)
		return rc;
	if (p->deadline_ms > TIME_MAX || p->grace_ms > TIME_MAX || p->open_ms > TIME_MAX ||
		p->fallback_ms > TIME_MAX)
		return why_set(why, E_INVALID, "deadline", "a time is out of range");
	if (p->open_ms < p->deadline_ms + p->grace_ms)
		return why_set(why, E_INVALID, "open", "opens before deadline and grace are over");
	if (p->fallback_ms < p->open_ms)
		return why_set(why, E_INVALID, "fallback", "comes before the opening");
	if (p->n_padding == 0 || p->n_padding > SEAL_PADDINGS)
		return why_set(why, E_INVALID, "padding", "names no size");
	for (size_t i = 0; i < p->n_padding; i++) {
		while (known < SEAL_PADDINGS && seal_paddings[known] != p->padding[i])
			known++;
		if (known++ == SEAL_PADDINGS)
			return why_set(why, E_INVALID, "padding",
				"sizes are some of 4096 16384 65536 262144 1048576, ascending");
	}
	return 0;
}

static void holder_parse(struct msg *m, uint32_t i, struct seal_holder *ret)
{
	struct slice v = msg_value(m, "holder"), number, member, key;
	uint8_t box[GROUP_BYTES];
	uint64_t got;

	if (m->rc < 0)
		return;
	if (!slice_cut_exact(&v, ' ', &number) || !slice_cut_exact(&v, ' ', &member) ||
		!slice_cut_exact(&v, ' ', &key) || slice_u64(number, &got) < 0 || got != i ||
		id_parse(member, &ret->member) < 0 ||
		hex_decode(key, ret->key.b, sizeof(ret->key.b)) < 0 ||
		hex_decode(v, box, sizeof(box)) < 0) {
		m->rc = why_set(m->why, E_INVALID, "holder",
			"expected `holder %u <member> <key> <box key>`", i);
		return;
	}
	m->rc = point_decode(slice_of(box, sizeof(box)), &ret->box, "holder", m->why);
}

static void paddings_parse(struct msg *m, struct seal_policy *p)
{
	struct slice v = msg_value(m, "padding"), word;

	while (m->rc == 0 && slice_cut(&v, ' ', &word))
		if (p->n_padding == SEAL_PADDINGS ||
			slice_u64(word, &p->padding[p->n_padding++]) < 0)
			msg_fail(m, E_INVALID, "padding", "is no list of sizes");
}

int seal_policy_parse(struct seal_policy *ret, struct slice text, struct why *why)
{
	struct seal_policy p = {.text = text};
	struct msg m = msg_open(text, "policy", why);
	uint64_t n = 0, k = 0, r = 0, lead = 0;
	struct slice suite;
	struct signature sig;

	msg_text(&m, "ocid", SEAL_OCID_MAX, &p.ocid);
	msg_text(&m, "suite", sizeof(SEAL_SUITE), &suite);
	if (m.rc == 0 && !slice_is(suite, SEAL_SUITE))
		msg_fail(&m, E_INVALID, "suite", "only " SEAL_SUITE " is known here");
	msg_u64(&m, "n", LIMIT_SEAL_HOLDERS, &n);
	msg_u64(&m, "k", n, &k);
	for (uint32_t i = 1; m.rc == 0 && i <= n; i++)
		holder_parse(&m, i, &p.holder[i - 1]);
	msg_u64(&m, "lead", n, &lead);
	msg_u64(&m, "deadline", TIME_MAX, &p.deadline_ms);
	msg_u64(&m, "grace", TIME_MAX, &p.grace_ms);
	msg_u64(&m, "open", TIME_MAX, &p.open_ms);
	msg_u64(&m, "fallback", TIME_MAX, &p.fallback_ms);
	msg_u64(&m, "receipts", n, &r);
	paddings_parse(&m, &p);
	int rc = msg_close(&m, &sig);
	if (rc < 0)
		return rc;
	p.n = (uint32_t)n;
	p.k = (uint32_t)k;
	p.r = (uint32_t)r;
	p.lead = (uint32_t)lead;
	p.sid = hash_bytes(msg_body(text));
	rc = seal_policy_check(&p, why);
	if (rc == 0)
		rc = msg_check(text, &sig, &p.holder[p.lead - 1].key, why);
	if (rc < 0)
		return rc;
	*ret = p;
	return 0;
}

void seal_policy_print(const struct seal_policy *p, const struct seckey *lead_key, struct buf *b)
{
	size_t from = b->n;

	MUST(seal_policy_check(p, NULL) == 0);
	MUST(pubkey_eq(&lead_key->pub, &p->holder[p->lead - 1].key));
	msg_begin(b, "policy");
	msg_put_text(b, "ocid", p->ocid);
	msg_put_text(b, "suite", SLICE(SEAL_SUITE));
	msg_put_u64(b, "n", p->n);
	msg_put_u64(b, "k", p->k);
	for (uint32_t i = 0; i < p->n; i++) {
		char member[ID_TEXT + 1];

		id_format(&p->holder[i].member, member);
		buf_addf(b, "holder %u %s ", i + 1, member);
		buf_hex(b, p->holder[i].key.b, 32);
		buf_byte(b, ' ');
		buf_hex(b, p->holder[i].box.b, 32);
		buf_byte(b, '\n');
	}
	msg_put_u64(b, "lead", p->lead);
	msg_put_u64(b, "deadline", p->deadline_ms);
	msg_put_u64(b, "grace", p->grace_ms);
	msg_put_u64(b, "open", p->open_ms);
	msg_put_u64(b, "fallback", p->fallback_ms);
	msg_put_u64(b, "receipts", p->r);
	buf_str(b, "padding");
	for (size_t i = 0; i < p->n_padding; i++)
		buf_addf(b, " %" PRIu64, p->padding[i]);
	buf_byte(b, '\n');
	msg_sign(b, from, lead_key);
}

uint64_t seal_policy_padding(const struct seal_policy *p, uint64_t bytes)
{
	for (size_t i = 0; i < p->n_padding; i++)
		if (bytes + 4 <= p->padding[i])
			return p->padding[i];
	return 0;
}

uint32_t seal_policy_number(const struct seal_policy *p, const struct id *member)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (id_eq(&p->holder[i].member, member))
			return i + 1;
	return 0;
}

/* ---- heads and ends of the other messages ---- */

void seal_head(struct msg *m, const struct seal_policy *p, uint32_t *ret_i)
{
	struct hash sid;
	uint64_t i = 0;

	msg_hash(m, "sid", &sid);
	if (m->rc == 0 && !hash_eq(&sid, &p->sid))
		msg_fail(m, E_INVALID, "sid", "belongs to another tender");
	msg_u64(m, "holder", p->n, &i);
	if (m->rc == 0 && i == 0)
		msg_fail(m, E_INVALID, "holder", "holders count from 1");
	*ret_i = (uint32_t)i;
}

int seal_end(struct msg *m, const struct seal_policy *p, uint32_t i)
{
	struct signature sig;
	int rc = msg_close(m, &sig);

	return rc < 0 ? rc : msg_check(m->text, &sig, &p->holder[i - 1].key, m->why);
}

void seal_head_print(struct buf *b, const char *type, const struct seal_policy *p, uint32_t i)
{
	MUST(i >= 1 && i <= p->n);
	msg_begin(b, type);
	msg_put_bytes(b, "sid", p->sid.b, 32);
	msg_put_u64(b, "holder", i);
}

int seal_countersign_parse(struct seal_countersign *ret, const struct seal_policy *p,
	struct slice text, struct why *why)
{
	struct seal_countersign c = {.sid = p->sid};
	struct msg m = msg_open(text, "countersign", why);
	int rc;

	seal_head(&m, p, &c.i);
	rc = seal_end(&m, p, c.i);
	if (rc < 0)
		return rc;
	*ret = c;
	return 0;
}

void seal_countersign_print(
	const struct seal_policy *p, uint32_t i, const struct seckey *key, struct buf *b)
{
	size_t from = b->n;

	seal_head_print(b, "countersign", p, i);
	msg_sign(b, from, key);
}
