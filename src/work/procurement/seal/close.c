/* close.c: see close.h. */
#include "work/procurement/seal/close.h"

#include "base/report.h"
#include "log/tree.h"

struct active_key {
	uint8_t b[32 + 16 + 32];
};

static int active_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct active_key));
}

struct hash seal_active_hash(
	const struct tally_line *line, size_t n, const struct seal_close *within)
{
	struct active_key *key = mem_zero_alloc(n + 1, sizeof(*key));
	struct hash h;
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		const struct bid_commit *c = line[i].commit;

		if (!line[i].active || (within && !seal_close_has(within, &c->leaf)))
			continue;
		memcpy(key[m].b, c->name.bidder.b, 32);
		memcpy(key[m].b + 32, c->name.bid.b, 16);
		memcpy(key[m++].b + 48, c->sealed.b, 32);
	}
	qsort(key, m, sizeof(*key), active_cmp);
	h = hash_bytes(slice_of(key, m * sizeof(*key)));
	mem_free(key);
	return h;
}

void seal_close_print(const struct seal_policy *p, uint32_t i, const struct tally_line *line,
	size_t n, const struct seckey *key, struct buf *ret)
{
	struct tree_range range = {0};
	struct hash root, active = seal_active_hash(line, n, NULL);
	size_t from = ret->n;

	for (size_t l = 0; l < n; l++)
		tree_append(&range, &line[l].commit->leaf);
	root = tree_root(&range);
	seal_head_print(ret, "seal.close", p, i);
	msg_put_u64(ret, "count", n);
	msg_put_bytes(ret, "root", root.b, 32);
	msg_put_bytes(ret, "active", active.b, 32);
	for (size_t l = 0; l < n; l++)
		msg_put_bytes(ret, "leaf", line[l].commit->leaf.b, 32);
	msg_sign(ret, from, key);
}

static bool distinct(const struct hash *leaf, size_t n)
{
	struct hash *sorted = mem_zero_alloc(n + 1, sizeof(*sorted));
	bool good = true;

	for (size_t i = 0; i < n; i++)
		sorted[i] = leaf[i];
	qsort(sorted, n, sizeof(*sorted), hash_cmp);
	for (size_t i = 1; i < n; i++)
		good &= !hash_eq(&sorted[i - 1], &sorted[i]);
	mem_free(sorted);
	return good;
}

int seal_close_parse(struct seal_close *ret, const struct seal_policy *p, struct arena *arena,
	struct slice text, struct why *why)
{
	struct seal_close c = {.text = text};
	struct msg m = msg_open(text, "seal.close", why);
	struct tree_range range = {0};
	uint64_t n = 0;
	int rc;

	seal_head(&m, p, &c.i);
	msg_u64(&m, "count", LIMIT_SEAL_COMMITS, &n);
	msg_hash(&m, "root", &c.root);
	msg_hash(&m, "active", &c.active);
	if (m.rc == 0)
		c.leaf = arena_array(arena, struct hash, n + 1);
	for (; m.rc == 0 && c.n < n; c.n++) {
		msg_hash(&m, "leaf", &c.leaf[c.n]);
		if (m.rc == 0)
			tree_append(&range, &c.leaf[c.n]);
	}
	rc = seal_end(&m, p, c.i);
	if (rc < 0)
		return rc;
	struct hash root = tree_root(&range);
	if (!hash_eq(&root, &c.root))
		return why_set(why, E_VERIFY, "root", "is not the root over these leaves");
	if (!distinct(c.leaf, c.n))
		return why_set(why, E_INVALID, "leaf", "the same commit stands there twice");
	*ret = c;
	return 0;
}

bool seal_close_has(const struct seal_close *c, const struct hash *leaf)
{
	for (size_t i = 0; i < c->n; i++)
		if (hash_eq(&c->leaf[i], leaf))
			return true;
	return false;
}

/* ---- cosignatures and dissent ---- */

void seal_cosig_print(const struct seal_policy *p, uint32_t i, const struct seal_close *close,
	const struct seckey *key, struct buf *ret)
{
	size_t from = ret->n;

	seal_head_print(ret, "close.cosig", p, i);
	msg_put_bytes(ret, "root", close->root.b, 32);
	msg_put_bytes(ret, "active", close->active.b, 32);
	msg_sign(ret, from, key);
}

int seal_cosig_parse(
	struct seal_cosig *ret, const struct seal_policy *p, struct slice text, struct why *why)
{
	struct seal_cosig c = {0};
	struct msg m = msg_open(text, "close.cosig", why);
	int rc;

	seal_head(&m, p, &c.i);
	msg_hash(&m, "root", &c.root);
	msg_hash(&m, "active", &c.active);
	rc = seal_end(&m, p, c.i);
	if (rc < 0)
		return rc;
	*ret = c;
	return 0;
}

void seal_dissent_print(const struct seal_policy *p, uint32_t i, const struct hash *root,
	const struct hash *leaf, size_t n, const struct seckey *key, struct buf *ret)
{
	size_t from = ret->n;

	MUST(n > 0);
	seal_head_print(ret, "close.dissent", p, i);
	msg_put_bytes(ret, "root", root->b, 32);
	for (size_t l = 0; l < n; l++)
		msg_put_bytes(ret, "leaf", leaf[l].b, 32);
	msg_sign(ret, from, key);
}

int seal_dissent_parse(struct seal_dissent *ret, const struct seal_policy *p, struct arena *arena,
	struct slice text, struct why *why)
{
	struct seal_dissent d = {0};
	struct msg m = msg_open(text, "close.dissent", why);
	int rc;

	seal_head(&m, p, &d.i);
	msg_hash(&m, "root", &d.root);
	d.leaf = arena_array(arena, struct hash, text.n / 64 + 1);
	do
		msg_hash(&m, "leaf", &d.leaf[d.n++]);
	while (msg_is(&m, "leaf") && d.n < LIMIT_SEAL_COMMITS);
	rc = seal_end(&m, p, d.i);
	if (rc < 0)
		return rc;
	*ret = d;
	return 0;
}
