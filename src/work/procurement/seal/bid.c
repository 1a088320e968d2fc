/* bid.c: commitments, receipts and self-opening; see bid.h. */
#include "work/procurement/seal/bid.h"

#include "base/enc.h"
#include "base/report.h"

static const char *const ops[] = {"put", "replace", "withdraw"};

const char *bid_op_name(enum bid_op op)
{
	return ops[op];
}

bool bid_name_eq(const struct bid_name *a, const struct bid_name *b)
{
	return id_eq(&a->bid, &b->bid) && pubkey_eq(&a->bidder, &b->bidder) && a->seq == b->seq;
}

void bid_name_read(struct msg *m, const struct seal_policy *p, struct bid_name *ret)
{
	struct hash sid;
	uint64_t seq = 0;

	msg_hash(m, "sid", &sid);
	if (m->rc == 0 && !hash_eq(&sid, &p->sid))
		msg_fail(m, E_INVALID, "sid", "belongs to another tender");
	msg_bytes(m, "bid", ret->bid.b, sizeof(ret->bid.b));
	msg_key(m, "bidder", &ret->bidder);
	msg_u64(m, "seq", LIMIT_BID_SEQ, &seq);
	if (m->rc == 0 && seq == 0)
		msg_fail(m, E_INVALID, "seq", "counts from 1");
	ret->seq = (uint32_t)seq;
}

void bid_name_put(struct buf *b, const struct seal_policy *p, const struct bid_name *name)
{
	msg_put_bytes(b, "sid", p->sid.b, 32);
	msg_put_bytes(b, "bid", name->bid.b, 16);
	msg_put_bytes(b, "bidder", name->bidder.b, 32);
	msg_put_u64(b, "seq", name->seq);
}

static int close_by_bidder(struct msg *m, const struct bid_name *name)
{
	struct signature sig;
	int rc = msg_close(m, &sig);

	return rc < 0 ? rc : msg_check(m->text, &sig, &name->bidder, m->why);
}

/* ---- commits ---- */

static void op_read(struct msg *m, enum bid_op *ret)
{
	struct slice word;

	msg_text(m, "op", 16, &word);
	for (size_t i = 0; m->rc == 0 && i < sizeof(ops) / sizeof(ops[0]); i++)
		if (slice_is(word, ops[i])) {
			*ret = (enum bid_op)i;
			return;
		}
	msg_fail(m, E_INVALID, "op", "is put, replace or withdraw");
}

static void commit_rules(struct msg *m, const struct bid_commit *c)
{
	if (m->rc < 0)
		return;
	if ((c->op == BID_PUT) != (c->name.seq == 1))
		msg_fail(m, E_INVALID, "op",
			"the first version of a bid is put, the later ones not");
	if (c->op == BID_WITHDRAW ? c->len != 0 || !hash_is_zero(&c->sealed) : c->len == 0)
		msg_fail(m, E_INVALID, "hash",
			"a withdrawal has no sealed bid, the others have one");
}

int bid_commit_parse(
	struct bid_commit *ret, const struct seal_policy *p, struct slice text, struct why *why)
{
	struct bid_commit c = {.text = text};
	struct msg m = msg_open(text, "bid.commit", why);
	int rc;

	bid_name_read(&m, p, &c.name);
	op_read(&m, &c.op);
	msg_hash(&m, "hash", &c.sealed);
	msg_u64(&m, "len", LIMIT_SEAL_MESSAGE, &c.len);
	commit_rules(&m, &c);
	rc = close_by_bidder(&m, &c.name);
	if (rc < 0)
		return rc;
	c.leaf = hash_leaf(text);
	*ret = c;
	return 0;
}

void bid_commit_print(const struct seal_policy *p, const struct bid_name *name, enum bid_op op,
	struct slice sealed, const struct seckey *bidder, struct buf *ret)
{
	struct hash h = {{0}};
	size_t from = ret->n;

	MUST((op == BID_WITHDRAW) == (sealed.n == 0));
	if (sealed.n)
		h = hash_bytes(sealed);
	msg_begin(ret, "bid.commit");
	bid_name_put(ret, p, name);
	msg_put_text(ret, "op", slice_str(ops[op]));
	msg_put_bytes(ret, "hash", h.b, 32);
	msg_put_u64(ret, "len", sealed.n);
	msg_sign(ret, from, bidder);
}

/* ---- receipts ---- */

int bid_receipt_parse(
	struct bid_receipt *ret, const struct seal_policy *p, struct slice text, struct why *why)
{
	struct bid_receipt r = {.text = text};
	struct msg m = msg_open(text, "bid.receipt", why);
	int rc;

	seal_head(&m, p, &r.i);
	msg_hash(&m, "leaf", &r.leaf);
	msg_u64(&m, "time", INT64_MAX, &r.time_ms);
	rc = seal_end(&m, p, r.i);
	if (rc < 0)
		return rc;
	*ret = r;
	return 0;
}

void bid_receipt_print(const struct seal_policy *p, uint32_t i, const struct hash *leaf,
	uint64_t time_ms, const struct seckey *key, struct buf *ret)
{
	size_t from = ret->n;

	seal_head_print(ret, "bid.receipt", p, i);
	msg_put_bytes(ret, "leaf", leaf->b, 32);
	msg_put_u64(ret, "time", time_ms);
	msg_sign(ret, from, key);
}

/* ---- self-opening ---- */

void bid_selfopen_print(const struct seal_policy *p, const struct bid_name *name,
	const struct scalar *r, const struct seckey *bidder, struct buf *ret)
{
	size_t from = ret->n;

	msg_begin(ret, "bid.selfopen");
	bid_name_put(ret, p, name);
	msg_put_bytes(ret, "r", r->b, GROUP_BYTES);
	msg_sign(ret, from, bidder);
}

int bid_selfopen_parse(
	struct bid_selfopen *ret, const struct seal_policy *p, struct slice text, struct why *why)
{
	struct bid_selfopen o = {0};
	struct msg m = msg_open(text, "bid.selfopen", why);
	int rc;

	bid_name_read(&m, p, &o.name);
	msg_scalar(&m, "r", &o.r);
	rc = close_by_bidder(&m, &o.name);
	if (rc < 0)
		return rc;
	*ret = o;
	return 0;
}

int bid_selfopen_key(const struct bid_selfopen *o, const struct bid_sealed *s,
	const struct point *y, struct point *ret_k, struct why *why)
{
	struct point u;

	/* The names first: a multiplication for each bid that somebody's r does not mean would be a stranger's way to keep us busy. */
	if (!bid_name_eq(&o->name, &s->name))
		return why_set(why, E_INVALID, "bid", "opens another bid");
	u = point_base(&o->r);
	if (!point_eq(&u, &s->u))
		return why_set(
			why, E_VERIFY, "r", "r is not the one that this bid was sealed with");
	*ret_k = point_mul(&o->r, y);
	return 0;
}
