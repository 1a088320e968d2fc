/*
 * table.h: records as rows of a table, and back. A column is the path of a field ("home.lat", "transport_modes.0.mode"), the first is "object": empty makes a new record, an id a
 * new version if something differs. Lists of texts are one cell with commas. What was written out and is read in again changes nothing.
 *
 * Capabilities are told joined, one row each; read in, the restricted columns, and whatever else fewer know by now, go into a record of their own for fewer readers.
 */
#ifndef WORK_RESPONSE_TABLE_H
#define WORK_RESPONSE_TABLE_H

#include "work/response/book.h"
#include "work/response/csv.h"
#include "work/response/fill.h"

/* One row a struct of the kind. `object` may be NULL in all of them: no such column. */
struct table_row {
	const struct object_id *object;
	const void *p;
};
void table_print(const struct shape *s, const struct table_row *row, size_t n, struct arena *arena,
	struct buf *ret);

struct table_problem {
	unsigned line;
	const char *column, *text;
};
#define TABLE_PROBLEMS_MAX 200
struct table_import {
	/* given */
	enum aid_kind kind;	  /* AID_CAPABILITY or AID_READINESS */
	const struct draft *open; /* mode, label, readers of what many may know */
	const struct draft *restricted;
	const char *const
		*restricted_column; /* "home", "quantity": these and those below; ends with NULL */
	/* made */
	struct draft *draft; /* to be written in one transaction */
	size_t n_draft, rows, created, changed, same;
	struct table_problem problem[TABLE_PROBLEMS_MAX];
	size_t n_problem; /* further ones are not looked for */
};
extern const char *const table_restricted_default[];
/* Negative if it is no table at all; what is wrong with single rows is in `problem`, and then nothing is to be written. */
MUST_USE int table_import(
	struct table_import *t, const struct aid_view *v, struct slice bytes, struct why *why);

#endif
