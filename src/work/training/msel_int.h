/* msel_int.h: one row as it is read; between the files msel_*.c only. */
#ifndef TRAINING_MSEL_INT_H
#define TRAINING_MSEL_INT_H

#include "base/map.h"
#include "work/training/msel.h"

#define ROW_CUSTOM_MAX 40
#define MSEL_CUSTOM    "custom: " /* before the heading of a column of somebody's own, in our sheets */
/* Stands for the exercise while a row is checked. */
#define ROW_ANY_EXERCISE "aaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa"

/* The columns of our own sheets, in their order; ends with field NULL. msel_out.c. */
struct own_column {
	const char *heading, *field;
};
extern const struct own_column msel_own[];

struct row_custom {
	struct slice key, value;
};
struct row_in {
	const struct sheet *sheet;
	const struct msel_map *map;
	const struct msel_options *options;
	const struct view *parts; /* may be NULL */
	size_t row;
	struct arena *arena;
	struct msel_row *out;
	struct json_out o;
	struct row_custom custom[ROW_CUSTOM_MAX];
	size_t n_custom;
	int64_t *before; /* time of the row above */
};

void row_note(struct row_in *r, size_t col, enum msel_severity severity, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
const struct sheetcell *row_cell(const struct row_in *r, const char *field, size_t *ret_col);
struct slice row_text(struct row_in *r, const char *field, size_t *ret_col);
/* Keeps a text under its heading. */
void row_keep(struct row_in *r, size_t col, struct slice s);
void row_due(struct row_in *r);	 /* msel_due.c */
void row_refs(struct row_in *r); /* msel_refs.c */

/* The name of a part or inject in a sheet: its number if there is only one such, else its id; and back. */
struct slice ref_name(const struct view *v, const struct object_id *o, struct arena *arena);
bool ref_find(const struct view *v, enum part_type type, struct slice name, struct object_id *ret);
bool ref_find_inject(const struct view *v, struct slice name, struct object_id *ret);

#endif
