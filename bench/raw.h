/*
 * raw.h: the rows that entries leave in the four tables of which each has one, taken out of the
 * store and put into empty tables of the same making by the engine's own library alone. What an
 * append costs beyond that is ours: tree, tiles, checks, release, high water, signature.
 */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include "bench.h"

enum { RAW_ENTRY, RAW_PAYLOAD, RAW_ITEM, RAW_SEARCH, RAW_TABLES };
extern const char *const raw_table[RAW_TABLES];

struct raw {
	/* Reads rows of entries [from, to), then inserts those of `per` entries in each
	 * transaction; only the second counts. */
	struct spent (*insert)(
		struct raw *r, int64_t log_row, uint64_t from, uint64_t to, uint64_t commits);
	void (*close)(struct raw *r);
	void *a, *b; /* the engine's: source, destination */
};

/* One row as it was read: a value per column. */
#define RAW_COLUMNS 24
struct raw_value {
	int type; /* the engine's */
	int64_t i;
	size_t at, n; /* bytes in struct raw_rows */
};
struct raw_row {
	struct raw_value value[RAW_COLUMNS];
};
struct raw_rows {
	struct buf bytes;
	struct raw_row *row; /* owned */
	size_t n, cap;
	int columns;
};
struct raw_row *raw_rows_add(struct raw_rows *rows);
void raw_rows_free(struct raw_rows *rows);

#endif
