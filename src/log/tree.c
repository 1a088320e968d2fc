/*
 * tree.c: see tree.h. Proofs are checked as in RFC 9162, and made by walking the definitions of RFC
 * 6962 §2.1 from the root down.
 */
#include "log/tree.h"

#include "base/report.h"

void tree_append(struct tree_range *r, const struct hash *leaf)
{
	struct hash h = *leaf;

	MUST(r->size < UINT64_MAX && r->n == (unsigned)__builtin_popcountll(r->size));
	/* Adding one carries through the trailing ones: each is a subtree that the new one
	 * completes. */
	for (uint64_t carry = r->size; carry & 1; carry >>= 1)
		h = hash_node(&r->node[--r->n], &h);
	r->node[r->n++] = h;
	r->size++;
}

struct hash tree_root(const struct tree_range *r)
{
	struct hash h;

	if (r->n == 0)
		return hash_bytes(SLICE_NONE);
	h = r->node[r->n - 1];
	for (unsigned i = r->n - 1; i > 0; i--)
		h = hash_node(&r->node[i - 1], &h);
	return h;
}

void tree_range_print(const struct tree_range *r, uint8_t *ret)
{
	for (unsigned i = 0; i < r->n; i++)
		memcpy(ret + i * sizeof(struct hash), r->node[i].b, sizeof(struct hash));
}

int tree_range_load(struct tree_range *ret, uint64_t size, struct slice nodes)
{
	unsigned n = (unsigned)__builtin_popcountll(size);

	if (nodes.n != n * sizeof(struct hash))
		return E_INVALID;
	*ret = (struct tree_range){.size = size, .n = n};
	for (unsigned i = 0; i < n; i++)
		memcpy(ret->node[i].b, nodes.p + i * sizeof(struct hash), sizeof(struct hash));
	return 0;
}

int tree_check_inclusion(uint64_t index, uint64_t size, const struct hash *leaf,
	const struct hash *proof, size_t n, const struct hash *root, struct why *why)
{
	uint64_t fn = index, sn = size - 1;
	struct hash r = *leaf;

	if (index >= size)
		return why_set(why, E_INVALID, "", "the index is not inside the tree");
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return why_set(why, E_VERIFY, "", "the inclusion proof is too long");
		if ((fn & 1) || fn == sn) {
			r = hash_node(&proof[i], &r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = hash_node(&r, &proof[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return why_set(why, E_VERIFY, "", "the inclusion proof is too short");
	if (!hash_eq(&r, root))
		return why_set(why, E_VERIFY, "", "the inclusion proof leads to another root");
	return 0;
}

/*
 * RFC 9162 §2.1.4.2 for 0 < size1 < size2; `proof` has its first node in front already (step 1 and
 * 2).
 */
static int check_growth(uint64_t size1, uint64_t size2, const struct hash *root1,
	const struct hash *root2, const struct hash *first, const struct hash *proof, size_t n,
	struct why *why)
{
	uint64_t fn = size1 - 1, sn = size2 - 1;
	struct hash fr = *first, sr = *first;

	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return why_set(why, E_VERIFY, "", "the consistency proof is too long");
		if ((fn & 1) || fn == sn) {
			fr = hash_node(&proof[i], &fr);
			sr = hash_node(&proof[i], &sr);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = hash_node(&sr, &proof[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return why_set(why, E_VERIFY, "", "the consistency proof is too short");
	if (!hash_eq(&fr, root1) || !hash_eq(&sr, root2))
		return why_set(why, E_VERIFY, "", "the consistency proof leads to another root");
	return 0;
}

int tree_check_consistency(uint64_t size1, uint64_t size2, const struct hash *root1,
	const struct hash *root2, const struct hash *proof, size_t n, struct why *why)
{
	bool whole =
		(size1 & (size1 - 1)) == 0; /* root1 is a node of the larger tree and left out */

	if (size1 > size2)
		return why_set(why, E_INVALID, "", "the first tree is the larger one");
	if (size1 == 0 && size2 != 0)
		return why_set(why, E_INVALID, "", "nothing is proved about an empty tree");
	if (size1 == size2) {
		struct hash empty = hash_bytes(SLICE_NONE);

		if (n != 0)
			return why_set(why, E_VERIFY, "", "the consistency proof is too long");
		if (!hash_eq(root1, root2) || (size1 == 0 && !hash_eq(root1, &empty)))
			return why_set(why, E_VERIFY, "", "the roots contradict the sizes");
		return 0;
	}
	if (n == 0)
		return why_set(why, E_VERIFY, "", "the consistency proof is empty");
	return whole ? check_growth(size1, size2, root1, root2, root1, proof, n, why)
		     : check_growth(size1, size2, root1, root2, &proof[0], proof + 1, n - 1, why);
}

/* Largest power of two below n, n ≥ 2. */
static uint64_t split(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/*
 * The roots of the perfect subtrees of [start, end), largest first. `start` is a multiple of every
 * one of their sizes, as it is for all ranges that RFC 6962 recursion comes to.
 */
static int read_range(const struct tree_reader *r, uint64_t start, uint64_t end,
	struct tree_range *ret, struct why *why)
{
	struct tree_range range = {.size = end - start};
	uint64_t at = start;

	for (unsigned level = 64; level-- > 0;) {
		int rc;

		if (!((range.size >> level) & 1))
			continue;
		rc = r->read(r->ctx, level, at >> level, &range.node[range.n], why);
		if (rc < 0)
			return rc;
		range.n++;
		at += UINT64_C(1) << level;
	}
	*ret = range;
	return 0;
}

static int read_root(const struct tree_reader *r, uint64_t start, uint64_t end, struct hash *ret,
	struct why *why)
{
	struct tree_range range;
	int rc = read_range(r, start, end, &range, why);

	if (rc < 0)
		return rc;
	*ret = tree_root(&range);
	return 0;
}

int tree_root_at(const struct tree_reader *r, uint64_t size, struct hash *ret, struct why *why)
{
	return read_root(r, 0, size, ret, why);
}

int tree_range_at(
	const struct tree_reader *r, uint64_t size, struct tree_range *ret, struct why *why)
{
	return read_range(r, 0, size, ret, why);
}

static void reverse(struct tree_proof *p)
{
	for (size_t i = 0; i < p->n / 2; i++) {
		struct hash h = p->node[i];

		p->node[i] = p->node[p->n - 1 - i];
		p->node[p->n - 1 - i] = h;
	}
}

int tree_inclusion(const struct tree_reader *r, uint64_t index, uint64_t size,
	struct tree_proof *ret, struct why *why)
{
	struct tree_proof p = {.n = 0};
	uint64_t start = 0, end = size;

	if (index >= size)
		return why_set(why, E_INVALID, "", "the index is not inside the tree");
	while (end - start > 1) {
		uint64_t middle = start + split(end - start);
		bool left = index < middle;
		int rc = left ? read_root(r, middle, end, &p.node[p.n], why)
			      : read_root(r, start, middle, &p.node[p.n], why);

		if (rc < 0)
			return rc;
		p.n++;
		if (left)
			end = middle;
		else
			start = middle;
	}
	reverse(&p);
	*ret = p;
	return 0;
}

int tree_consistency(const struct tree_reader *r, uint64_t size1, uint64_t size2,
	struct tree_proof *ret, struct why *why)
{
	struct tree_proof p = {.n = 0};
	uint64_t start = 0, end = size2;
	int rc;

	if (size1 > size2 || size2 > INT64_MAX || (size1 == 0 && size2 != 0))
		return why_set(why, E_INVALID, "", "the sizes are not in order");
	/* SUBPROOF of RFC 6962 §2.1.2: go down to the subtree that ends where the smaller tree
	 * does. */
	while (end != size1) {
		uint64_t middle = start + split(end - start);
		bool left = size1 <= middle;

		rc = left ? read_root(r, middle, end, &p.node[p.n], why)
			  : read_root(r, start, middle, &p.node[p.n], why);
		if (rc < 0)
			return rc;
		p.n++;
		if (left)
			end = middle;
		else
			start = middle;
	}
	/* It is left out where it is the whole smaller tree: its root is known. */
	if (start != 0) {
		rc = read_root(r, start, end, &p.node[p.n], why);
		if (rc < 0)
			return rc;
		p.n++;
	}
	reverse(&p);
	*ret = p;
	return 0;
}
