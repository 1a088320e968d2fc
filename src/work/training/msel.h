/*
 * msel.h: the script as a sheet: reading what people have in Excel, and giving it back to them. Pure over what has been read (sheet.h).
 *
 *	msel_header_find(sheet, &map, arena)            -- the header row, and what each column is, from the vocabulary
 *	msel_rows(sheet, &map, &options, &parts, arena, &row, &n)   -- each row as the content of an inject, with what is wrong with it
 *	msel_merge(&base, &mine, &theirs, …)            -- a script that is here already: three ways
 *	msel_grid(…)                                    -- and back: msel_rows() of it gives the same again
 */
#ifndef TRAINING_MSEL_H
#define TRAINING_MSEL_H

#include "work/training/sheet.h"
#include "work/training/view.h"

/* ---- what a column is ---- */

/* A name of a field of the inject ("title"), or one of these that stand for more than one: "time", "day", "expected", "status"; "custom" keeps the heading; "" is ignored. */
struct msel_column {
	struct slice heading;
	const char *field;
};
struct msel_map {
	size_t header_row;
	struct msel_column *column; /* one for each column of the sheet */
	size_t n;
	size_t known;		 /* columns that the vocabulary knew */
	bool own;		 /* a sheet that entente has written: every cell is exact */
	struct hash fingerprint; /* of the headings: the same sheet next month */
};

/* The field that a heading means, or NULL. */
const char *msel_word(struct slice heading);
/*
 * The row among the first 20 with at least three headings that the vocabulary knows, and the most of them. E_INVALID if there is none: say which
 * (msel_header_at) or map by hand.
 */
MUST_USE int msel_header_find(
	const struct sheet *s, struct msel_map *ret, struct arena *arena, struct why *why);
/* A row of the caller's choice; SIZE_MAX: the sheet has no headings, all columns are to be mapped. */
void msel_header_at(const struct sheet *s, size_t row, struct msel_map *ret, struct arena *arena);
/* "A=number,C=time,F=" over what was found; E_INVALID. */
MUST_USE int msel_map_by_hand(
	struct msel_map *m, struct slice text, struct arena *arena, struct why *why);

/* ---- when ---- */

struct msel_options {
	bool month_first; /* 3/4/2025 is 4 March */
	int zone_minutes; /* of the sheet's times, ahead of UTC */
	int64_t epoch;	  /* scenario time of STARTEX */
	bool split;	  /* "A, B and C" are three recipients */
};
enum msel_time_kind { MSEL_NONE, MSEL_ABSOLUTE, MSEL_OFFSET, MSEL_CLOCK, MSEL_DAY, MSEL_BAD };
struct msel_time {
	enum msel_time_kind kind;
	int64_t ms; /* ABSOLUTE: UTC; OFFSET: from STARTEX; CLOCK: since midnight, local; DAY: local midnight as if UTC */
	bool zoned; /* ABSOLUTE: had a zone of its own */
};
/*
 * Excel's numbers, RFC 3339, "26/06/2024 09h00", "0700L", "600", "09:05", "210912AUG2011", "210912ZAUG11", "J+1 H+2 M-5", "D-1 0930", "T+2", "M-5",
 * "+01:30", "Monday 9:30 AM", "Day 2". BAD for "0/1/2020 08:00:00", "#REF!", "Post earthquake".
 */
struct msel_time msel_time_cell(const struct sheetcell *c, const struct msel_options *o);
struct msel_time msel_time_text(struct slice text, const struct msel_options *o);

/* ---- rows ---- */

enum msel_severity { MSEL_GOOD, MSEL_WARNING, MSEL_ERROR };
struct msel_row {
	size_t row; /* of the sheet, from 0 */
	struct slice number;
	struct slice content; /* JSON of an inject without exercise; empty for an error */
	enum msel_severity severity;
	struct msel_note {
		enum msel_severity severity;
		const char *cell; /* "C7" */
		const char *text;
	} * note;
	size_t n_note;
};
/* Each row stands alone: what is wrong with one is told beside it. Rows without anything in them, and those that are a heading of a section, are left out. `parts` is where numbers and titles of parts are looked up. */
void msel_rows(const struct sheet *s, const struct msel_map *m, const struct msel_options *o,
	const struct view *parts, struct arena *arena, struct msel_row **ret, size_t *ret_n);

/* ---- again ---- */

enum msel_side { MSEL_SAME, MSEL_THEIRS, MSEL_MINE, MSEL_CONFLICT };
struct msel_change {
	const char *field;
	enum msel_side side;		 /* THEIRS: changed in the sheet only; MINE: here only */
	struct slice base, mine, theirs; /* JSON; empty: not there */
};
struct msel_merge {
	struct msel_change *change; /* of fields that are not the same */
	size_t n;
	bool conflict;
	struct slice content; /* what comes out */
};
/*
 * Field by field. `base` is empty if nobody knows what the sheet came from: then what is there on one side only is taken, and the rest is a conflict.
 * A conflict is decided for the sheet if `theirs_wins`, else for what is here. Fields that the sheet has no column for stay as they are.
 */
MUST_USE int msel_merge(struct msel_merge *ret, struct slice base, struct slice mine,
	struct slice theirs, const struct msel_map *m, bool theirs_wins, struct arena *arena,
	struct why *why);

/* ---- out ---- */

/*
 * The scripts of a view in order of number, as a table of texts. `player`: delivered injects only, and of these what was delivered. Texts that a spreadsheet would
 * run are guarded (sheet.h).
 */
void msel_grid(struct grid *ret, const struct view *v, bool player, struct arena *arena);
/* In order of number as people count: 2 before 10, 2.1 before 2.10. */
int number_order(struct slice a, struct slice b);

#endif
