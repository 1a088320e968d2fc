/*
 * tree.h: the Merkle tree of RFC 6962 §2.1: pure arithmetic over hashes, nothing stored.
 *
 * A compact range is the roots of the perfect subtrees that make up [0, size): enough to append and
 * to know the root.
 */
#ifndef LOG_TREE_H
#define LOG_TREE_H

#include "base/why.h"
#include "crypt/hash.h"

#define TREE_DEPTH 64

struct tree_range {
	uint64_t size;
	struct hash node[TREE_DEPTH]; /* one per set bit of size, largest subtree first */
	unsigned n;
};

void tree_append(struct tree_range *r, const struct hash *leaf);
/* SHA-256 of nothing for size 0 (RFC 6962 MTH({})). */
struct hash tree_root(const struct tree_range *r);
void tree_range_print(const struct tree_range *r, uint8_t *ret /* n * 32 bytes */);
MUST_USE int tree_range_load(struct tree_range *ret, uint64_t size, struct slice nodes);

struct tree_proof {
	struct hash node[TREE_DEPTH];
	size_t n;
};

/*
 * Verification as in RFC 9162 §2.1.3.2 and §2.1.4.2: E_VERIFY, or E_INVALID if index or sizes are
 * out of order. Every tree is consistent with the empty one, so a proof from size 0 says nothing:
 * it is refused (E_INVALID), and whoever holds nothing asks for none.
 */
MUST_USE int tree_check_inclusion(uint64_t index, uint64_t size, const struct hash *leaf,
	const struct hash *proof, size_t n, const struct hash *root, struct why *why);
MUST_USE int tree_check_consistency(uint64_t size1, uint64_t size2, const struct hash *root1,
	const struct hash *root2, const struct hash *proof, size_t n, struct why *why);

/*
 * Making proofs: `read` gives the hash of the perfect subtree of 2^level leaves that starts at leaf
 * index << level; it is only asked for subtrees inside the tree.
 */
struct tree_reader {
	int (*read)(void *ctx, unsigned level, uint64_t index, struct hash *ret, struct why *why);
	void *ctx;
};
MUST_USE int tree_root_at(
	const struct tree_reader *r, uint64_t size, struct hash *ret, struct why *why);
MUST_USE int tree_range_at(
	const struct tree_reader *r, uint64_t size, struct tree_range *ret, struct why *why);
MUST_USE int tree_inclusion(const struct tree_reader *r, uint64_t index, uint64_t size,
	struct tree_proof *ret, struct why *why);
MUST_USE int tree_consistency(const struct tree_reader *r, uint64_t size1, uint64_t size2,
	struct tree_proof *ret, struct why *why);

#endif
