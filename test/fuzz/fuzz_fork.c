/*
 * Fork proofs. What parses must print as the same bytes; none holds against a key that has signed
 * nothing.
 */
#include "base/report.h"
#include "log/fork.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_FORK_BYTES);
	struct buf again CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	const struct slice text = slice_of(data, size);
	struct seckey nobody = seckey_from_seed((const uint8_t[32]){77});
	struct why why = {0};
	struct fork f;

	crypt_init();
	int rc = fork_parse(&f, &arena, text, &why);
	MUST(rc == why.code);
	if (rc < 0)
		return 0;
	fork_print(&f, &again);
	MUST(slice_eq(text, buf_slice(&again)));
	MUST(f.has_index || (f.proof_a.n == 0 && f.proof_b.n == 0));
	MUST(fork_cut(&f) == (f.has_index ? f.index : 0));
	MUST(fork_check(&f, &nobody.pub, NULL) == E_VERIFY);
	return 0;
}
