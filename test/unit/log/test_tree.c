/*
 * The tree against the recursive definitions of RFC 6962 §2.1, written here a second time and as
 * plainly as they stand there.
 */
#include "sample.h"

#include "crypt/sign.h"
#include "log/tree.h"

#define LEAVES 301

static struct hash leaves[LEAVES];
/* level[l][i]: root of the perfect subtree of 2^l leaves number i. */
static struct hash level[10][LEAVES];

/* MTH of leaves [from, to). */
static struct hash plain_root(size_t from, size_t to)
{
	size_t k = 1;
	struct hash left, right;

	if (to == from)
		return hash_bytes(SLICE_NONE);
	if (to - from == 1)
		return leaves[from];
	while (k * 2 < to - from)
		k *= 2;
	left = plain_root(from, from + k);
	right = plain_root(from + k, to);
	return hash_node(&left, &right);
}

/* PATH(m, D[from:to]) */
static void plain_path(size_t m, size_t from, size_t to, struct tree_proof *p)
{
	size_t k = 1;

	if (to - from <= 1)
		return;
	while (k * 2 < to - from)
		k *= 2;
	if (m < k) {
		plain_path(m, from, from + k, p);
		p->node[p->n++] = plain_root(from + k, to);
	} else {
		plain_path(m - k, from + k, to, p);
		p->node[p->n++] = plain_root(from, from + k);
	}
}

/* SUBPROOF(m, D[from:to], b) */
static void plain_subproof(size_t m, size_t from, size_t to, bool b, struct tree_proof *p)
{
	size_t k = 1;

	if (m == to - from) {
		if (!b)
			p->node[p->n++] = plain_root(from, to);
		return;
	}
	while (k * 2 < to - from)
		k *= 2;
	if (m <= k) {
		plain_subproof(m, from, from + k, b, p);
		p->node[p->n++] = plain_root(from + k, to);
	} else {
		plain_subproof(m - k, from + k, to, false, p);
		p->node[p->n++] = plain_root(from, from + k);
	}
}

static uint64_t read_limit; /* nothing outside this size may be asked for */

static int read_level(void *ctx, unsigned l, uint64_t index, struct hash *ret, struct why *why)
{
	(void)ctx;
	(void)why;
	assert_true(l < COUNT_OF(level) && (index + 1) << l <= read_limit);
	*ret = level[l][index];
	return 0;
}

static const struct tree_reader reader = {.read = read_level, .ctx = NULL};

static int start(void **state)
{
	(void)state;
	crypt_init();
	for (unsigned i = 0; i < LEAVES; i++)
		leaves[i] = level[0][i] = hash_leaf(slice_of(&i, sizeof(i)));
	for (unsigned l = 1; l < COUNT_OF(level); l++)
		for (size_t i = 0; (i + 1) << l <= LEAVES; i++)
			level[l][i] = hash_node(&level[l - 1][2 * i], &level[l - 1][2 * i + 1]);
	return 0;
}

/*
 * The reference tree that the implementations of RFC 6962 share: eight leaves and the root at each
 * size.
 */
static void reference_tree(void **state)
{
	static const char *const data[] = {"", "00", "10", "2021", "3031", "40414243",
		"5051525354555657", "606162636465666768696a6b6c6d6e6f"};
	static const char *const roots[] = {
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
	struct tree_range r = {0};

	(void)state;
	for (size_t size = 0; size < COUNT_OF(roots); size++) {
		struct hash root = tree_root(&r), leaf;
		char hex[HEX_LEN(32) + 1];
		uint8_t bytes[16];

		hex_encode(root.b, sizeof(root.b), hex);
		assert_string_equal(hex, roots[size]);
		if (size == COUNT_OF(data))
			break;
		assert_int_equal(
			hex_decode(slice_str(data[size]), bytes, strlen(data[size]) / 2), 0);
		leaf = hash_leaf(slice_of(bytes, strlen(data[size]) / 2));
		tree_append(&r, &leaf);
	}
}

static void roots_at_all_sizes(void **state)
{
	struct tree_range r = {0};

	(void)state;
	for (size_t size = 0; size < LEAVES; size++) {
		struct hash want = plain_root(0, size), got = tree_root(&r);
		struct tree_range at, loaded;
		uint8_t nodes[TREE_DEPTH * sizeof(struct hash)];

		assert_true(hash_eq(&want, &got));
		read_limit = size;
		assert_int_equal(tree_root_at(&reader, size, &got, NULL), 0);
		assert_true(hash_eq(&want, &got));
		assert_int_equal(tree_range_at(&reader, size, &at, NULL), 0);
		assert_true(at.size == r.size && at.n == r.n);
		assert_memory_equal(at.node, r.node, r.n * sizeof(struct hash));
		tree_range_print(&r, nodes);
		assert_int_equal(
			tree_range_load(&loaded, size, slice_of(nodes, r.n * sizeof(struct hash))),
			0);
		got = tree_root(&loaded);
		assert_true(hash_eq(&want, &got));
		assert_true(tree_range_load(&loaded, size,
				    slice_of(nodes, (r.n + 1) * sizeof(struct hash))) < 0);
		assert_true(tree_range_load(&loaded, size + 1,
				    slice_of(nodes, r.n * sizeof(struct hash))) < 0 ||
			    __builtin_popcountll(size) == __builtin_popcountll(size + 1));
		tree_append(&r, &leaves[size]);
	}
}

static void inclusion_at_all_sizes(void **state)
{
	(void)state;
	for (size_t size = 1; size < LEAVES; size++) {
		struct hash root = plain_root(0, size);

		read_limit = size;
		for (size_t index = 0; index < size; index++) {
			struct tree_proof p, want = {.n = 0};

			assert_int_equal(tree_inclusion(&reader, index, size, &p, NULL), 0);
			if (size < 70 || index % 37 == 0) {
				plain_path(index, 0, size, &want);
				assert_int_equal(p.n, want.n);
				assert_memory_equal(p.node, want.node, p.n * sizeof(struct hash));
			}
			assert_int_equal(tree_check_inclusion(index, size, &leaves[index], p.node,
						 p.n, &root, NULL),
				0);
		}
		assert_int_equal(
			tree_inclusion(&reader, size, size, &(struct tree_proof){.n = 0}, NULL),
			E_INVALID);
	}
}

static void consistency_at_all_sizes(void **state)
{
	static struct hash root[LEAVES];

	(void)state;
	for (size_t size = 0; size < LEAVES; size++)
		root[size] = plain_root(0, size);
	for (size_t size2 = 0; size2 < LEAVES; size2++) {
		read_limit = size2;
		for (size_t size1 = size2 > 0; size1 <= size2; size1++) {
			struct tree_proof p, want = {.n = 0};

			assert_int_equal(tree_consistency(&reader, size1, size2, &p, NULL), 0);
			if (size1 > 0 && (size2 < 70 || size1 % 37 == 0)) {
				plain_subproof(size1, 0, size2, true, &want);
				assert_int_equal(p.n, want.n);
				assert_memory_equal(p.node, want.node, p.n * sizeof(struct hash));
			}
			assert_int_equal(tree_check_consistency(size1, size2, &root[size1],
						 &root[size2], p.node, p.n, NULL),
				0);
		}
	}
	assert_int_equal(
		tree_consistency(&reader, 5, 4, &(struct tree_proof){.n = 0}, NULL), E_INVALID);
	assert_int_equal(
		tree_consistency(&reader, 0, 4, &(struct tree_proof){.n = 0}, NULL), E_INVALID);
}

/* A proof holds for its own index, size, leaf and root, and for nothing near it. */
static void inclusion_refused(void **state)
{
	(void)state;
	for (size_t size = 1; size < 80; size++) {
		struct hash root = plain_root(0, size);

		read_limit = size;
		for (size_t index = 0; index < size; index++) {
			struct tree_proof p;
			struct hash wrong;

			assert_int_equal(tree_inclusion(&reader, index, size, &p, NULL), 0);
			p.node[p.n] = root; /* behind its end */
			assert_int_equal(tree_check_inclusion(index, size, &leaves[index], p.node,
						 p.n + 1, &root, NULL),
				E_VERIFY);
			if (p.n > 0)
				assert_int_equal(tree_check_inclusion(index, size, &leaves[index],
							 p.node, p.n - 1, &root, NULL),
					E_VERIFY);
			assert_int_equal(tree_check_inclusion(index, size, &leaves[index + 1],
						 p.node, p.n, &root, NULL),
				E_VERIFY);
			wrong = root;
			wrong.b[31] ^= 1;
			assert_int_equal(tree_check_inclusion(index, size, &leaves[index], p.node,
						 p.n, &wrong, NULL),
				E_VERIFY);
			for (size_t i = 0; i < size; i++)
				if (i != index)
					assert_int_equal(
						tree_check_inclusion(i, size, &leaves[index],
							p.node, p.n, &root, NULL),
						E_VERIFY);
			for (size_t i = 0; i < p.n; i++) {
				p.node[i].b[i] ^= 0x80;
				assert_int_equal(tree_check_inclusion(index, size, &leaves[index],
							 p.node, p.n, &root, NULL),
					E_VERIFY);
				p.node[i].b[i] ^= 0x80;
			}
			assert_int_equal(tree_check_inclusion(size, size, &leaves[index], p.node,
						 p.n, &root, NULL),
				E_INVALID);
		}
	}
	assert_int_equal(
		tree_check_inclusion(0, 0, &leaves[0], NULL, 0, &leaves[0], NULL), E_INVALID);
}

static void consistency_refused(void **state)
{
	struct hash empty = hash_bytes(SLICE_NONE);

	(void)state;
	for (size_t size2 = 1; size2 < 60; size2++) {
		struct hash root2 = plain_root(0, size2);

		read_limit = size2;
		for (size_t size1 = 1; size1 <= size2; size1++) {
			struct hash root1 = plain_root(0, size1), wrong = root1;
			struct tree_proof p;

			assert_int_equal(tree_consistency(&reader, size1, size2, &p, NULL), 0);
			p.node[p.n] = root1;
			assert_int_equal(tree_check_consistency(size1, size2, &root1, &root2,
						 p.node, p.n + 1, NULL),
				E_VERIFY);
			if (p.n > 0)
				assert_int_equal(tree_check_consistency(size1, size2, &root1,
							 &root2, p.node, p.n - 1, NULL),
					E_VERIFY);
			wrong.b[0] ^= 1;
			assert_int_equal(tree_check_consistency(
						 size1, size2, &wrong, &root2, p.node, p.n, NULL),
				E_VERIFY);
			wrong = root2;
			wrong.b[0] ^= 1;
			assert_int_equal(tree_check_consistency(
						 size1, size2, &root1, &wrong, p.node, p.n, NULL),
				E_VERIFY);
			for (size_t i = 0; i < p.n; i++) {
				p.node[i].b[0] ^= 1;
				assert_int_equal(tree_check_consistency(size1, size2, &root1,
							 &root2, p.node, p.n, NULL),
					E_VERIFY);
				p.node[i].b[0] ^= 1;
			}
			if (size1 < size2)
				assert_int_equal(tree_check_consistency(size2, size1, &root2,
							 &root1, p.node, p.n, NULL),
					E_INVALID);
		}
		/* Nothing is proved from nothing. */
		assert_int_equal(
			tree_check_consistency(0, size2, &empty, &root2, NULL, 0, NULL), E_INVALID);
		assert_int_equal(tree_check_consistency(0, size2, &empty, &root2, &root2, 1, NULL),
			E_INVALID);
	}
	assert_int_equal(
		tree_check_consistency(0, 0, &leaves[0], &leaves[0], NULL, 0, NULL), E_VERIFY);
	assert_int_equal(tree_check_consistency(0, 0, &empty, &empty, NULL, 0, NULL), 0);
}

/* A proof that goes on above the root leads to another root; naming that one does not help. */
static void above_the_root(void **state)
{
	struct hash above = sample_hash(5);

	(void)state;
	for (size_t size = 1; size < 40; size++) {
		struct hash root = plain_root(0, size), left = hash_node(&above, &root),
			    right = hash_node(&root, &above);

		read_limit = size;
		for (size_t index = 0; index < size; index++) {
			struct tree_proof p;

			assert_int_equal(tree_inclusion(&reader, index, size, &p, NULL), 0);
			p.node[p.n++] = above;
			assert_int_equal(tree_check_inclusion(index, size, &leaves[index], p.node,
						 p.n, &left, NULL),
				E_VERIFY);
			assert_int_equal(tree_check_inclusion(index, size, &leaves[index], p.node,
						 p.n, &right, NULL),
				E_VERIFY);
		}
		for (size_t size1 = 1; size1 < size; size1++) {
			struct hash root1 = plain_root(0, size1), left1 = hash_node(&above, &root1);
			struct tree_proof p;

			assert_int_equal(tree_consistency(&reader, size1, size, &p, NULL), 0);
			p.node[p.n++] = above;
			assert_int_equal(tree_check_consistency(
						 size1, size, &root1, &right, p.node, p.n, NULL),
				E_VERIFY);
			assert_int_equal(tree_check_consistency(
						 size1, size, &left1, &left, p.node, p.n, NULL),
				E_VERIFY);
		}
	}
}

/*
 * Trees of up to 2^62 leaves that are all alike but one: a perfect subtree's root depends on its
 * height and on whether the one is in it.
 */
static uint64_t marked;
static struct hash alike[64];

static struct hash marked_root(unsigned l, uint64_t index)
{
	uint64_t first = l < 64 ? index << l : 0;
	struct hash h;

	if (marked < first || marked - first >= UINT64_C(1) << l)
		return alike[l];
	h = hash_leaf(SLICE("marked"));
	for (unsigned i = 0; i < l; i++)
		h = (marked >> i) & 1 ? hash_node(&alike[i], &h) : hash_node(&h, &alike[i]);
	return h;
}

static int read_marked(void *ctx, unsigned l, uint64_t index, struct hash *ret, struct why *why)
{
	(void)ctx;
	(void)why;
	assert_true(l < 63 && index <= (read_limit >> l) - 1);
	*ret = marked_root(l, index);
	return 0;
}

static void large_trees(void **state)
{
	static const struct tree_reader huge = {.read = read_marked, .ctx = NULL};
	struct env_fake fake;
	struct env env;

	(void)state;
	env_fake_init(&fake, 11, 0);
	env = env_of_fake(&fake);
	alike[0] = hash_leaf(SLICE("alike"));
	for (unsigned l = 1; l < 64; l++)
		alike[l] = hash_node(&alike[l - 1], &alike[l - 1]);
	for (unsigned round = 0; round < 400; round++) {
		uint64_t size2 = 1 + env_below(&env, UINT64_C(1) << (1 + round % 62));
		uint64_t size1 = 1 + env_below(&env, size2), index = env_below(&env, size1);
		struct hash root1, root2, leaf = hash_leaf(SLICE("marked"));
		struct tree_proof p;

		marked = index;
		read_limit = size2;
		assert_int_equal(tree_root_at(&huge, size1, &root1, NULL), 0);
		assert_int_equal(tree_root_at(&huge, size2, &root2, NULL), 0);
		assert_int_equal(tree_inclusion(&huge, index, size2, &p, NULL), 0);
		assert_int_equal(
			tree_check_inclusion(index, size2, &leaf, p.node, p.n, &root2, NULL), 0);
		if (index > 0)
			assert_int_equal(tree_check_inclusion(index - 1, size2, &leaf, p.node, p.n,
						 &root2, NULL),
				E_VERIFY);
		assert_int_equal(tree_consistency(&huge, size1, size2, &p, NULL), 0);
		assert_int_equal(
			tree_check_consistency(size1, size2, &root1, &root2, p.node, p.n, NULL), 0);
		/* Rewriting the marked leaf, which both trees have, cannot be proved to be growth.
		 */
		if (p.n > 0 && index + 1 < size1) {
			marked = index + 1;
			assert_int_equal(tree_root_at(&huge, size2, &root2, NULL), 0);
			assert_int_equal(tree_check_consistency(
						 size1, size2, &root1, &root2, p.node, p.n, NULL),
				E_VERIFY);
		}
	}
}

static int read_fails(void *ctx, unsigned l, uint64_t index, struct hash *ret, struct why *why)
{
	unsigned *left = ctx;

	if (*left == 0)
		return why_set(why, E_IO, "disk", "gone");
	--*left;
	return read_level(NULL, l, index, ret, why);
}

/* Whichever read fails: the failure is told and nothing is given out. */
static void reader_fails(void **state)
{
	(void)state;
	read_limit = 300;
	for (unsigned good = 0; good < 4; good++) {
		unsigned left = good;
		const struct tree_reader failing = {.read = read_fails, .ctx = &left};
		struct tree_proof p = {.n = 1000};
		struct tree_range range = {.n = 1000};
		struct hash root = sample_hash(1), before = root;
		struct why why = {0};

		/* 299 = 100101011b has five subtrees. */
		assert_int_equal(tree_root_at(&failing, 299, &root, &why), E_IO);
		assert_string_equal(why.where, "disk");
		assert_true(hash_eq(&root, &before));
		left = good;
		assert_int_equal(tree_range_at(&failing, 299, &range, &why), E_IO);
		left = good;
		assert_int_equal(tree_inclusion(&failing, 7, 299, &p, &why), E_IO);
		left = good;
		assert_int_equal(tree_consistency(&failing, 97, 299, &p, &why), E_IO);
		assert_true(p.n == 1000 && range.n == 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reference_tree),
		cmocka_unit_test(roots_at_all_sizes), cmocka_unit_test(inclusion_at_all_sizes),
		cmocka_unit_test(consistency_at_all_sizes), cmocka_unit_test(inclusion_refused),
		cmocka_unit_test(consistency_refused), cmocka_unit_test(above_the_root),
		cmocka_unit_test(large_trees), cmocka_unit_test(reader_fails)};

	return cmocka_run_group_tests(tests, start, NULL);
}
