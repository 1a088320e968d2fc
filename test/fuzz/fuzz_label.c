/*
 * fuzz_label.c: two labels, one a line. What is taken prints as it stands; of two where the second is tighter nobody that the second admits is
 * refused by the first; and a label known to the charter comes back from its XML.
 */
#include "base/limits.h"
#include "base/report.h"
#include "label_charter.h"
#include "pact/label.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take(struct label *ret, struct slice text)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);

	if (label_parse(ret, text, NULL) < 0)
		return false;
	label_print(ret, &b);
	MUST(slice_eq(buf_slice(&b), text));
	return true;
}

static void as_xml(const struct label *l, const struct charter *c, struct arena *arena)
{
	struct buf xml CLEANUP_BUF = BUF(1 * MIB), a CLEANUP_BUF = BUF(64 * KIB),
		       b CLEANUP_BUF = BUF(64 * KIB);
	struct label back;

	if (label_check(l, c, NULL) < 0)
		return;
	label_to_4774(l, c, 0, &xml);
	MUST(label_from_4774(&back, arena, c, buf_slice(&xml), NULL) == 0);
	label_print(l, &a);
	label_print(&back, &b);
	MUST(slice_eq(buf_slice(&a), buf_slice(&b)) && back.tlp == l->tlp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const held[] = {
		"", "LOW", "MID REL=X", "HIGH COI=A,B,C REL=X,Y,Z", "HIGH COI=B", "nonsense"};
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct slice rest = slice_of(data, size), first;
	struct charter c;
	struct label a, b;
	struct id members[2] = {{{0}}, {{9}}};

	MUST(charter_parse(&c, &arena, SLICE(LABEL_CHARTER), NULL) == 0);
	members[0] = c.member[0].id;
	if (!slice_cut(&rest, '\n', &first) || !take(&a, first))
		return 0;
	as_xml(&a, &c, &arena);
	if (!take(&b, rest) || !label_tighter(&a, &b, &c))
		return 0;
	for (size_t m = 0; m < 2; m++)
		for (size_t h = 0; h < sizeof(held) / sizeof(held[0]); h++)
			MUST(label_admits(&a, &c, &members[m], slice_str(held[h])) ||
				!label_admits(&b, &c, &members[m], slice_str(held[h])));
	return 0;
}
