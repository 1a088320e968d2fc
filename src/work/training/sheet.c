/* sheet.c: what CSV and workbooks share. */
#include "work/training/sheet.h"

#include "work/training/limits.h"

const struct sheetcell *sheet_cell(const struct sheet *s, size_t row, size_t col)
{
	static const struct sheetcell none;

	return row < s->rows && col < s->cols ? &s->cell[row * s->cols + col] : &none;
}

const char *cell_name(size_t row, size_t col, struct arena *arena)
{
	char letters[8];
	size_t at = sizeof(letters) - 1;

	letters[at] = '\0';
	for (size_t c = col + 1; c && at; c = (c - 1) / 26)
		letters[--at] = (char)('A' + (c - 1) % 26);
	return arena_printf(arena, "%s%zu", letters + at, row + 1);
}

int book_read(struct book *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	if (bytes.n > LIMIT_SHEET_FILE)
		return why_set(
			why, E_LIMIT, "", "a workbook is at most %zu bytes", LIMIT_SHEET_FILE);
	if (bytes.n == 0)
		return why_set(why, E_SYNTAX, "", "the file is empty");
	if (bytes.n >= 4 && memcmp(bytes.p, "PK\3\4", 4) == 0)
		return xlsx_read(ret, arena, bytes, why);
	if (bytes.n >= 8 && memcmp(bytes.p, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0)
		return why_set(why, E_SYNTAX, "",
			"is an old Excel file (.xls) or has a password: save it as .xlsx without one");
	return csv_read(ret, arena, bytes, why);
}

static bool runs(uint8_t c)
{
	return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r' || c == '\'';
}

struct slice cell_guard(struct slice s, struct arena *arena)
{
	if (s.n == 0 || !runs(s.p[0]))
		return s;
	return slice_str(arena_printf(arena, "'%.*s", SLICE_FMT(s)));
}

struct slice cell_unguard(struct slice s)
{
	return s.n >= 2 && s.p[0] == '\'' && runs(s.p[1]) ? slice_sub(s, 1, s.n) : s;
}
