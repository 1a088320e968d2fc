/*
 * table.h: a list somewhere in open contracting data as a flat table in CSV (RFC 4180), for spreadsheets: one row for each of its elements, a column for each value that any of
 * them has, in the order in which they are first met.
 *
 *	rc = ocds_table(releases, n, SLICE("contracts/implementation/transactions"), &arena, &csv, why);
 *
 *	ocid,id,contracts/0/id,contracts/0/implementation/transactions/0/id,contracts/0/implementation/transactions/0/value/amount
 *
 * The names of the columns are the paths, with /0/ where a list is, as other tools for this data write them; the ids of what an element lies in stand in front. Lists of texts are
 * joined with ";"; lists of objects have tables of their own. The path "" is the releases themselves.
 *
 * A text that a spreadsheet would take for a formula (it begins with = + - @ or a control character) gets an apostrophe in front.
 */
#ifndef OCDS_TABLE_H
#define OCDS_TABLE_H

#include "work/procurement/ocds/tree.h"

#define OCDS_TABLE_COLUMNS 4096

/* E_INVALID: the path is no list of objects anywhere in the releases. E_LIMIT: more columns than OCDS_TABLE_COLUMNS, or `ret` is full. */
MUST_USE int ocds_table(const struct tree *const *release, size_t n, struct slice path,
	struct arena *arena, struct buf *ret, struct why *why);

#endif
