/*
 * Public files. What parses must print as the same bytes; what is checked and true is a standing that can be told. The corpus has signed ones, so the check is reached.
 */
#include "base/limits.h"
#include "base/report.h"
#include "pact/vouch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PUBLIC_ARENA);
	struct buf again CLEANUP_BUF = BUF(2 * LIMIT_PUBLIC_BYTES);
	const struct slice text = slice_of(data, size);
	struct public_checked c;
	struct why why = {0};
	struct publicfile f;

	crypt_init();
	int rc = publicfile_parse(&f, &arena, text, &why);
	MUST(rc == why.code);
	if (rc < 0)
		return 0;
	publicfile_print(&f, &again);
	MUST(slice_eq(text, buf_slice(&again)));
	if (publicfile_check(&f, &arena, &c, &why) < 0) {
		MUST(why.text[0]);
		return 0;
	}
	MUST(publicfile_compare(&f, &f, true, &why) == 0);
	struct vouch *v = vouch_start(&f, &arena);
	vouch_follow(&f, v, &c);
	for (size_t i = 0; i < f.n_party; i++)
		MUST(v[i].how == VOUCH_NOBODY);
	return 0;
}
