/* fuzz_training_sheet.c: a workbook or CSV as somebody sends it, up to the rows that come out of it; the first byte says what is asked for. What is taken prints as the same again. */
#include "base/limits.h"
#include "base/report.h"
#include "crypt/sign.h"
#include "work/training/limits.h"
#include "work/training/msel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(512 * MIB);
	struct msel_options o = {.epoch = 1767258000000LL};
	struct why why = {0};
	struct msel_row *row;
	struct msel_map map;
	struct book book;
	size_t n;
	int rc;

	if (size < 1 || size > 256 * KIB)
		return 0;
	crypt_init();
	o.month_first = data[0] & 1;
	o.split = data[0] & 2;
	rc = book_read(&book, &arena, slice_of(data + 1, size - 1), &why);
	if (rc < 0) {
		MUST(rc == E_SYNTAX || rc == E_LIMIT || rc == E_MISSING);
		MUST(why.code == rc && why.text[0]);
		return 0;
	}
	for (size_t i = 0; i < book.n && i < 4; i++) {
		if (msel_header_find(&book.sheet[i], &map, &arena, NULL) < 0)
			msel_header_at(&book.sheet[i], SIZE_MAX, &map, &arena);
		msel_rows(&book.sheet[i], &map, &o, NULL, &arena, &row, &n);
		for (size_t r = 0; r < n; r++) {
			struct inject j;

			MUST(row[r].severity == MSEL_ERROR
					? row[r].content.n == 0 && row[r].n_note > 0
					: row[r].content.n > 0);
			MUST(row[r].severity == MSEL_ERROR ||
				inject_parse(&j, &arena, row[r].content, NULL) == 0);
		}
	}
	return 0;
}
