/* fuzz_training_csv.c: CSV read, written and read again: the cells are the same. */
#include "base/limits.h"
#include "base/report.h"
#include "work/training/limits.h"
#include "work/training/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct buf b CLEANUP_BUF = BUF(16 * MIB);
	struct why why = {0};
	struct book book, again;
	struct slice *cell;
	struct sheet *s;
	int rc;

	if (size > 64 * KIB)
		return 0;
	rc = csv_read(&book, &arena, slice_of(data, size), &why);
	if (rc < 0) {
		MUST((rc == E_SYNTAX || rc == E_LIMIT) && why.text[0]);
		return 0;
	}
	s = &book.sheet[0];
	cell = arena_array(&arena, struct slice, s->rows * s->cols + 1);
	for (size_t i = 0; i < s->rows * s->cols; i++)
		cell[i] = s->cell[i].text;
	csv_write(&b, &(struct grid){.name = "x", .rows = s->rows, .cols = s->cols, .cell = cell});
	if (s->rows == 0 || s->cols == 0)
		return 0;
	MUST(csv_read(&again, &arena, buf_slice(&b), &why) == 0);
	MUST(again.sheet[0].rows == s->rows);
	for (size_t r = 0; r < s->rows; r++)
		for (size_t c = 0; c < s->cols; c++)
			MUST(slice_eq(sheet_cell(&again.sheet[0], r, c)->text,
				sheet_cell(s, r, c)->text));
	return 0;
}
