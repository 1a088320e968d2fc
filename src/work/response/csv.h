/*
 * csv.h: RFC 4180, as spreadsheets write it: comma, semicolon or tab (whichever stands in the first line), quoted cells, CRLF or LF, a byte order mark.
 *
 *	struct csv csv;
 *	rc = aid_csv_read(&csv, &arena, bytes, why);        -- E_SYNTAX with the line; E_LIMIT
 *	csv.row[0].cell[2]                              -- the header
 *
 * Written with commas and CRLF. A cell that a spreadsheet would take for a formula gets an apostrophe in front, which the reader takes off again: so a name from a partner
 * runs nothing on a duty officer's machine, and reading what was written gives the same cells.
 */
#ifndef WORK_RESPONSE_CSV_H
#define WORK_RESPONSE_CSV_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/why.h"

#define CSV_BYTES_MAX  ((size_t)16 * 1024 * 1024)
#define CSV_ROWS_MAX   20000
#define CSV_CELLS_MAX  512 /* of one row */
#define CSV_CELL_BYTES 65536

struct csv_row {
	struct slice *cell;
	size_t n;
	unsigned line; /* where it begins */
};
struct csv {
	struct csv_row *row; /* empty lines are left out */
	size_t n;
};
MUST_USE int aid_csv_read(
	struct csv *ret, struct arena *arena, struct slice bytes, struct why *why);
/* One cell; `first` of its row. */
void aid_csv_put(struct buf *b, struct slice cell, bool first);
void aid_csv_end(struct buf *b);

#endif
