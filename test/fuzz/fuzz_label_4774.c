/*
 * fuzz_label_4774.c: a label that is taken from XML is one that the charter knows, in the one spelling of its text.
 */
#include "base/limits.h"
#include "base/report.h"
#include "label_charter.h"
#include "pact/label.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct why why = {0};
	struct charter c;
	struct label l, back;

	MUST(charter_parse(&c, &arena, SLICE(LABEL_CHARTER), NULL) == 0);
	int rc = label_from_4774(&l, &arena, &c, slice_of(data, size), &why);
	if (rc < 0) {
		MUST(rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT);
		MUST(why.code == rc && why.text[0]);
		return 0;
	}
	MUST(label_check(&l, &c, NULL) == 0);
	label_print(&l, &b);
	MUST(label_parse(&back, buf_slice(&b), NULL) == 0);
	MUST(back.tlp == l.tlp && back.n_tag == l.n_tag);
	return 0;
}
