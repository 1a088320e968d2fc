/*
 * fuzz_procurement_ocds.c: anybody's JSON: checked, merged; what was merged merges again to the same, and prints as JSON.
 */
#include "base/limits.h"
#include "base/report.h"
#include "work/procurement/ocds/check.h"
#include "work/procurement/ocds/flags.h"
#include "work/procurement/ocds/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(512 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct tree *root, *compiled, *again;
	const struct tree **list;
	size_t n;

	if (size > 64 * KIB ||
		tree_read(slice_of(data, size), &json_limits_partner, &arena, &root, NULL) < 0)
		return 0;
	struct ocds_report r = ocds_check(root, &arena);
	MUST(r.errors + r.warnings >= r.n);
	if (ocds_releases(root, &arena, &list, &n, NULL) < 0)
		return 0;
	if (ocds_versioned(list, 1, &arena, &compiled, NULL) == 0)
		tree_print(compiled, &b);
	buf_clear(&b);
	if (ocds_compile(list, 1, &arena, &compiled, NULL) < 0)
		return 0;
	tree_print(compiled, &b);
	MUST(tree_read(buf_slice(&b), &json_limits_local, &arena, &again, NULL) == 0);
	MUST(tree_equal(compiled, again));
	struct ocds_flag flag[OCDS_FLAGS_MAX];
	MUST(ocds_flags(compiled, &arena, flag) <= OCDS_FLAGS_MAX);
	return 0;
}
