/* fuzz_cyber_csaf.c: whatever comes as a CSAF document is refused with a place and a reason, or makes a notice that can be read and has its very bytes. */
#include "base/report.h"
#include "work/cyber/coord.h"
#include "work/cyber/csaf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct buf content CLEANUP_BUF = BUF(4 * MIB);
	struct why why = {0};
	struct coord notice;
	struct csaf c;
	int rc = csaf_read(&c, &arena, slice_of(data, size), &why);

	if (rc < 0) {
		MUST(rc == E_SYNTAX || rc == E_LIMIT || rc == E_INVALID);
		MUST(why.code == rc && why.text[0]);
		MUST(c.n_fault == 0 || c.fault[0].text[0]);
		return 0;
	}
	csaf_notice(&c, &content);
	MUST(!buf_over(&content));
	if (coord_parse(&notice, COORD_NOTICE, buf_slice(&content), &arena, &why) < 0)
		return 0;
	MUST(slice_eq(json_raw(&notice.doc, notice.csaf), json_raw(&c.doc, c.root)));
	return 0;
}
