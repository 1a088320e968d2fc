/*
 * sheet.h: a table of cells as somebody sends it, whatever file it was in: CSV (csv.c) or a workbook (xlsx.c). Hostile until read.
 *
 *	struct book book;
 *	rc = book_read(&book, arena, bytes, why);        -- tells by the bytes which it is
 *	const struct sheetcell *c = sheet_cell(&book.sheet[0], row, col);
 *
 * Rows and columns count from 0 here, and are told to people as "B7".
 */
#ifndef TRAINING_SHEET_H
#define TRAINING_SHEET_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/why.h"

enum cell_type { SHEET_EMPTY, SHEET_TEXT, SHEET_NUMBER, SHEET_DATE, SHEET_BOOL, SHEET_ERROR };

struct sheetcell {
	enum cell_type type;
	struct slice text; /* numbers as written, with all digits */
	double number; /* NUMBER; DATE: days since 1899-12-30, whatever the workbook's own beginning */
	bool merged;  /* the value of the first cell of a merged range */
	bool formula; /* its last value, not what it would be now */
};

struct sheet {
	struct slice name;
	bool hidden;
	size_t rows, cols;
	struct sheetcell *cell; /* rows × cols */
	size_t formulas, errors;
};

struct book {
	struct sheet *sheet;
	size_t n;
	bool xlsx, date1904;
	/* What a sender may not know that he sends: told before anything goes on. */
	struct slice author;
	size_t comments, hidden_columns;
};

/* E_SYNTAX for what is no workbook and no text; E_LIMIT for bombs. `where` names the sheet and cell, or the line. */
MUST_USE int book_read(struct book *ret, struct arena *arena, struct slice bytes, struct why *why);
MUST_USE int xlsx_read(struct book *ret, struct arena *arena, struct slice bytes, struct why *why);
/* RFC 4180; the separator is the one of , ; and tab that the first line has most of. UTF-8, with or without a mark. */
MUST_USE int csv_read(struct book *ret, struct arena *arena, struct slice bytes, struct why *why);

/* An empty cell beyond the edges. */
const struct sheetcell *sheet_cell(const struct sheet *s, size_t row, size_t col);
/* "B7" */
const char *cell_name(size_t row, size_t col, struct arena *arena);

/* ---- writing ---- */

/* A table of texts: `cell` is rows × cols. */
struct grid {
	const char *name;
	size_t rows, cols;
	const struct slice *cell;
};
void csv_write(struct buf *b, const struct grid *g);
MUST_USE int xlsx_write(struct buf *b, const struct grid *g, struct why *why);
/*
 * A text that a spreadsheet would run is given an apostrophe in front, and so is one that begins with an apostrophe: so the way back
 * (cell_unguard) is exact for what was guarded, and leaves other people's texts alone.
 */
struct slice cell_guard(struct slice s, struct arena *arena);
struct slice cell_unguard(struct slice s);

#endif
