/* close.c: see close.h. */
#include "work/procurement/seal/close.h"

#include "base/report.h"
#include "log/tree.h"

static const char *const kinds[] = {"seal.close", "close.view"};
static const char *const states[] = {"leaf", "counted", "in-force", "missing"};

bool leaf_counts(enum leaf_state s)
{
	return s != LEAF_HELD;
}

static int by_leaf(const void *a, const void *b)
{
	return hash_cmp(
		&((const struct close_leaf *)a)->leaf, &((const struct close_leaf *)b)->leaf);
}

static void put_le64(uint8_t *p, uint64_t v)
{
	for (size_t i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static struct hash active_of(const struct seal_close *c)
{
	size_t bytes = 32 + 3 * 8 + c->n;
	uint8_t *said = mem_zero_alloc(bytes, 1);
	struct hash h;

	memcpy(said, c->tender.b, 32);
	put_le64(said + 32, c->hours.deadline_ms);
	put_le64(said + 40, c->hours.open_ms);
	put_le64(said + 48, c->hours.fallback_ms);
	for (size_t i = 0; i < c->n; i++)
		said[56 + i] = (uint8_t)c->leaf[i].state;
	h = hash_bytes(slice_of(said, bytes));
	mem_free(said);
	return h;
}

void seal_close_make(struct seal_close *ret, const struct hash *tender,
	const struct seal_hours *hours, struct close_leaf *leaf, size_t n, struct arena *arena)
{
	struct tree_range range = {0};

	*ret = (struct seal_close){.tender = *tender, .hours = *hours, .leaf = leaf, .n = n};
	for (size_t i = 0; i < n; i++)
		tree_append(&range, &leaf[i].leaf);
	ret->root = tree_root(&range);
	ret->active = active_of(ret);
	ret->sorted = arena_array(arena, struct close_leaf, n + 1);
	if (n) {
		memcpy(ret->sorted, leaf, n * sizeof(*leaf));
		qsort(ret->sorted, n, sizeof(*leaf), by_leaf);
	}
}

void seal_close_print(enum close_kind kind, const struct seal_policy *p, uint32_t i,
	const struct seal_close *c, const struct seckey *key, struct buf *ret)
{
	size_t from = ret->n;

	seal_head_print(ret, kinds[kind], p, i);
	msg_put_bytes(ret, "tender", c->tender.b, 32);
	msg_put_u64(ret, "deadline", c->hours.deadline_ms);
	msg_put_u64(ret, "open", c->hours.open_ms);
	msg_put_u64(ret, "fallback", c->hours.fallback_ms);
	msg_put_u64(ret, "count", c->n);
	msg_put_bytes(ret, "root", c->root.b, 32);
	msg_put_bytes(ret, "active", c->active.b, 32);
	for (size_t l = 0; l < c->n; l++)
		msg_put_bytes(ret, states[c->leaf[l].state], c->leaf[l].leaf.b, 32);
	msg_sign(ret, from, key);
}

/* Bytes of a line of the tree at least: "leaf", a blank, the digits, LF. */
#define LEAF_LINE 70

/* Its name says what it is. */
static void leaf_read(struct msg *m, struct close_leaf *ret)
{
	enum leaf_state s = LEAF_HELD;

	while (s < LEAF_MISSING && !msg_is(m, states[s]))
		s++;
	msg_hash(m, msg_is(m, states[s]) ? states[s] : states[LEAF_HELD], &ret->leaf);
	ret->state = s;
}

static int close_check(const struct seal_close *said, const struct seal_close *c,
	const struct seal_policy *p, struct why *why)
{
	if (!hash_eq(&said->root, &c->root))
		return why_set(why, E_VERIFY, "root", "is not the root over these leaves");
	if (!hash_eq(&said->active, &c->active))
		return why_set(why, E_VERIFY, "active",
			"is not the hash of tender, hours and what is in force");
	for (size_t i = 1; i < c->n; i++)
		if (hash_eq(&c->sorted[i - 1].leaf, &c->sorted[i].leaf))
			return why_set(
				why, E_INVALID, "leaf", "the same commit stands there twice");
	return seal_hours_check(&c->hours, p, why);
}

int seal_close_parse(struct seal_close *ret, const struct seal_policy *p, struct arena *arena,
	struct slice text, struct why *why)
{
	enum close_kind kind =
		slice_is(msg_type(text), kinds[CLOSE_VIEW]) ? CLOSE_VIEW : CLOSE_SEAL;
	struct msg m = msg_open(text, kinds[kind], why);
	struct seal_close said = {0}, c;
	struct close_leaf *leaf = NULL;
	uint64_t n = 0;
	uint32_t i = 0;
	int rc;

	seal_head(&m, p, &i);
	msg_hash(&m, "tender", &said.tender);
	msg_u64(&m, "deadline", UINT64_MAX, &said.hours.deadline_ms);
	msg_u64(&m, "open", UINT64_MAX, &said.hours.open_ms);
	msg_u64(&m, "fallback", UINT64_MAX, &said.hours.fallback_ms);
	msg_u64(&m, "count", LIMIT_SEAL_COMMITS, &n);
	msg_hash(&m, "root", &said.root);
	msg_hash(&m, "active", &said.active);
	/* Room is made for what is there, not for what is said to be. */
	if (m.rc == 0 && n > m.rest.n / LEAF_LINE)
		msg_fail(&m, E_SYNTAX, "count", "there are fewer lines than it says");
	if (m.rc == 0)
		leaf = arena_array(arena, struct close_leaf, n + 1);
	for (size_t l = 0; m.rc == 0 && l < n; l++)
		leaf_read(&m, &leaf[l]);
	rc = seal_end(&m, p, i);
	if (rc < 0)
		return rc;
	seal_close_make(&c, &said.tender, &said.hours, leaf, n, arena);
	rc = close_check(&said, &c, p, why);
	if (rc < 0)
		return rc;
	c.text = text;
	c.kind = kind;
	c.i = i;
	*ret = c;
	return 0;
}

const struct close_leaf *seal_close_find(const struct seal_close *c, const struct hash *leaf)
{
	struct close_leaf key = {.leaf = *leaf};

	return c->n ? bsearch(&key, c->sorted, c->n, sizeof(key), by_leaf) : NULL;
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

void seal_dissent_print(const struct seal_policy *p, uint32_t i, const struct seal_close *close,
	const struct hash *leaf, size_t n, const struct seckey *key, struct buf *ret)
{
	size_t from = ret->n;

	MUST(n > 0);
	seal_head_print(ret, "close.dissent", p, i);
	msg_put_bytes(ret, "root", close->root.b, 32);
	msg_put_bytes(ret, "active", close->active.b, 32);
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
	msg_hash(&m, "active", &d.active);
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
