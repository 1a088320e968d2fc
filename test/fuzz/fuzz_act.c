/*
 * fuzz_act.c: the first byte says which kind of act, the rest is its content. What is taken prints as it stands.
 */
#include "base/limits.h"
#include "base/report.h"
#include "pact/acts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf b CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES);
	struct why why = {0};
	struct act_body a;

	if (size == 0 || size > LIMIT_CHARTER_BYTES)
		return 0;
	crypt_init();
	/* 'A' is the first kind, so that a corpus can be read. */
	enum act_kind kind =
		(enum act_kind)(ACT_NONE + 1 + (unsigned)(data[0] - 'A') % (ACT_KINDS - 1));
	struct slice text = slice_of(data + 1, size - 1);
	int rc = act_body_parse(&a, &arena, kind, text, &why);
	if (rc < 0) {
		MUST(rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT);
		MUST(why.code == rc && why.text[0]);
		return 0;
	}
	MUST(a.kind == kind && a.n_ratifier <= LIMIT_MEMBERS && a.n_cuts <= LIMIT_MEMBERS);
	act_body_print(&a, &b);
	MUST(!buf_over(&b) && slice_eq(buf_slice(&b), text));
	return 0;
}
