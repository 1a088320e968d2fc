/*
 * import.h: a sheet into an exercise: what each row would become, shown before anything is written; then the good ones, all at once. Numbers are never changed: a row
 * whose number is here already is merged three ways, with the script as it was when the sheet came from here (or was imported last) as the base.
 *
 *	rc = import_read(&d, &view, &wish, &im, why);        -- in a read transaction; nothing is written
 *	print_import(&printer, &im);
 *	rc = plan_import(&d, &view, &im, &audience, &plan, why);
 */
#ifndef TRAINING_IMPORT_H
#define TRAINING_IMPORT_H

#include "work/training/msel.h"
#include "work/training/plan.h"
#include "work/training/print.h"

struct import_wish {
	struct slice bytes;
	struct slice sheet;  /* a name, or a number from 1; empty: the first that has a header */
	struct slice header; /* a row from 1; "none"; empty: find it */
	struct slice map;    /* msel_map_by_hand */
	struct msel_options options; /* epoch is the exercise's */
	bool theirs_wins;
};

enum import_action {
	IMPORT_NEW,
	IMPORT_CHANGED,
	IMPORT_SAME,
	IMPORT_CONFLICT,
	IMPORT_ERROR,
	IMPORT_DENIED
};
struct import_row {
	struct msel_row *row;
	enum import_action action;
	const struct script *script; /* that has the number already */
	struct msel_merge merge;
};
struct import {
	struct book book;
	size_t sheet;
	struct msel_map map;
	struct import_row *row;
	size_t n, count[IMPORT_DENIED + 1];
};
MUST_USE int import_read(struct desk *d, const struct view *v, const struct import_wish *w,
	struct import *ret, struct why *why);
/* Of the rows that are new or changed. E_STATE if there are none. */
MUST_USE int plan_import(struct desk *d, const struct view *v, const struct import *im,
	const struct audience *a, struct plan *ret, struct why *why);
void print_import(struct printer *p, const struct import *im, bool written);
/* "dmy" or "mdy", "+02:00", …; E_INVALID with the name of the parameter. */
MUST_USE int import_options(
	struct slice order, struct slice zone, struct msel_options *ret, struct why *why);

#endif
