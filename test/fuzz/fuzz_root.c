/*
 * fuzz_root.c: a root document that is taken prints as it stands; as a note it never verifies without the keys, whatever the bytes.
 */
#include "base/limits.h"
#include "base/report.h"
#include "pact/root.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text_once(struct slice text)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	struct why why = {0};
	struct root r;
	int rc = root_parse(&r, text, &why);

	if (rc < 0) {
		MUST(rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT);
		MUST(why.code == rc && why.text[0]);
		return;
	}
	MUST(r.threshold > 0 && r.threshold <= r.n_key && r.n_key <= ROOT_KEYS_MAX && r.n_tls > 0);
	root_print(&r, &b);
	MUST(!buf_over(&b) && slice_eq(buf_slice(&b), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct slice bytes = slice_of(data, size);
	struct root r;
	int rc;

	crypt_init();
	text_once(bytes);
	rc = root_check(&r, &arena, bytes, NULL, NULL);
	MUST(rc == 0 || rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT || rc == E_VERIFY);
	return 0;
}
