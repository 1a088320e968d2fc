/* fuzz_training_playbook.c: a CACAO playbook or a CEXF exercise. */
#include "base/limits.h"
#include "base/report.h"
#include "work/training/cacao.h"
#include "work/training/cexf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct why why = {0};
	struct cacao c;
	struct cexf x;
	int rc;

	if (size > 64 * KIB)
		return 0;
	rc = cacao_parse(&c, &arena, slice_of(data, size), &why);
	MUST(rc == 0 || (why.code == rc && why.text[0]));
	for (size_t i = 0; rc == 0 && i < c.n; i++)
		MUST(c.step[i].id.n > 0 || c.step[i].id.p);
	why = (struct why){0};
	rc = cexf_parse(&x, &arena, slice_of(data, size), &why);
	MUST(rc == 0 || (why.code == rc && why.text[0]));
	return 0;
}
