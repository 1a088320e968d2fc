/*
 * tlog-proofs (C2SP), and the two proof checkers of the tree on whatever sizes and hashes the input
 * makes up: they end, and accept only what the arithmetic allows.
 */
#include "base/report.h"
#include "log/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t be64(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static void arithmetic(const uint8_t *data, size_t size)
{
	const uint64_t a = be64(data), b = be64(data + 8);
	const size_t n = (size - 16) / sizeof(struct hash);
	struct hash h[2 + TREE_DEPTH + 1];

	if (n < 2 || n > sizeof(h) / sizeof(h[0]))
		return;
	memcpy(h, data + 16, n * sizeof(struct hash));
	if (tree_check_inclusion(a, b, &h[0], h + 2, n - 2, &h[1], NULL) == 0)
		MUST(a < b && n - 2 <= TREE_DEPTH && (n > 2 || b == 1));
	if (tree_check_consistency(a, b, &h[0], &h[1], h + 2, n - 2, NULL) == 0)
		MUST(a <= b && (a < b || (n == 2 && hash_eq(&h[0], &h[1]))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf again CLEANUP_BUF = BUF(LIMIT_PROOF_BYTES);
	const struct slice text = slice_of(data, size);
	struct seckey nobody = seckey_from_seed((const uint8_t[32]){77});
	struct hash leaf = hash_leaf(SLICE("leaf"));
	struct log_proof p, back;
	struct checkpoint c;
	struct why why = {0};

	crypt_init();
	if (size >= 16)
		arithmetic(data, size);
	int rc = log_proof_parse(&p, text, &why);
	MUST(rc == why.code);
	if (rc < 0)
		return 0;
	log_proof_print(&p, &again);
	/* Extra data is read over and not written: then, and only then, the print is shorter. */
	MUST(slice_eq(text, buf_slice(&again)) ||
		(again.n < size && slice_search(text, SLICE("\nextra ")) > 0));
	MUST(log_proof_parse(&back, buf_slice(&again), NULL) == 0);
	MUST(back.index == p.index && back.proof.n == p.proof.n && slice_eq(back.note, p.note));
	MUST(log_proof_check(&p, &leaf, &nobody.pub, &c, NULL) < 0);
	return 0;
}
