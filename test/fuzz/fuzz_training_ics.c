/* fuzz_training_ics.c: a calendar as somebody sends it. */
#include "base/limits.h"
#include "base/report.h"
#include "work/training/ics.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct why why = {0};
	struct ics_block *block;
	size_t n, events;
	int rc;

	if (size > 16 * KIB)
		return 0;
	rc = ics_busy(slice_of(data, size), 20000, 20400, &arena, &block, &n, &events, &why);
	if (rc < 0) {
		MUST((rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT) && why.code == rc &&
			why.text[0]);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		MUST(block[i].from >= 20000 && block[i].to <= 20400 &&
			block[i].from <= block[i].to &&
			(i == 0 || block[i].from > block[i - 1].to + 1));
	return 0;
}
