/* raw.c: what both engines share. */
#include "raw.h"

#include "base/limits.h"

const char *const raw_table[RAW_TABLES] = {"entry", "payload", "item", "search"};

struct raw_row *raw_rows_add(struct raw_rows *rows)
{
	if (rows->cap == 0)
		buf_init(&rows->bytes, 4 * GIB);
	if (rows->n == rows->cap) {
		rows->cap = rows->cap ? 2 * rows->cap : 1024;
		rows->row = mem_resize(rows->row, rows->cap, sizeof(*rows->row));
	}
	rows->row[rows->n] = (struct raw_row){0};
	return &rows->row[rows->n++];
}

void raw_rows_free(struct raw_rows *rows)
{
	buf_free(&rows->bytes);
	mem_free(rows->row);
	*rows = (struct raw_rows){0};
}

struct spent raw_insert(
	struct raw *r, int64_t log_row, uint64_t from, uint64_t to, uint64_t commits)
{
	return r->insert(r, log_row, from, to, commits > 0 ? commits : 1);
}

void raw_close(struct raw **r)
{
	(*r)->close(*r);
	mem_free(*r);
	*r = NULL;
}
