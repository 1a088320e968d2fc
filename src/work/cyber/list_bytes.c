/* list_bytes.c: what the rows of a listing hold, as it came; see list.h. */
#include "work/cyber/list.h"

#include "node/readings.h"
#include "node/record.h"

/* One object of the densest text and its parts, as in the fold. */
#define WALK_ARENA (160 * MIB)

/* The bytes of one row; `content` is that of the entry `of` already, and lies in its arena. */
static int row_bytes(struct db *db, const struct list_row *row, const struct list_row *of,
	struct arena *arena, struct slice *content, struct slice *ret, struct why *why)
{
	struct hash leaf;
	int rc = 0;

	if (!of || row->log != of->log || row->seq != of->seq) {
		arena_reset(arena);
		rc = content_load(db, row->log, row->seq, arena, content, &leaf, why);
	}
	if (rc < 0)
		return rc;
	if (row->at > content->n || row->n > content->n - row->at)
		return why_set(why, E_VERIFY, "database", "a batch has changed");
	*ret = slice_sub(*content, row->at, row->at + row->n);
	return 0;
}

int stix_list_note(const struct world *w, struct db *db, const struct reader *who,
	const struct list_row *row, size_t n, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && who->readings && i < n; i++)
		rc = readings_add_at(who, w, row[i].label, db, row[i].log, row[i].seq, why);
	return rc;
}

int stix_list_bytes(struct db *db, const struct list_row *row, size_t n, struct arena *arena,
	struct slice *ret, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(8 * MIB);
	struct slice content = SLICE_NONE, bytes;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = row_bytes(
			db, &row[i], i ? &row[i - 1] : NULL, &scratch, &content, &bytes, why);
		if (rc == 0)
			ret[i] = arena_copy(arena, bytes);
	}
	return rc;
}

struct list_walk stix_walk(struct db *db, const struct list_row *row, size_t n)
{
	return (struct list_walk){
		.db = db, .row = row, .n = n, .entry = ARENA(8 * MIB), .arena = ARENA(WALK_ARENA)};
}

int stix_walk_next(struct list_walk *w, struct why *why)
{
	while (w->next < w->n) {
		size_t i = w->next++;
		int rc = row_bytes(w->db, &w->row[i], i ? &w->row[i - 1] : NULL, &w->entry,
			&w->content, &w->bytes, why);

		if (rc < 0)
			return rc;
		arena_reset(&w->arena);
		w->at = i;
		if (stix_read(&w->s, &w->arena, w->bytes, NULL) == 0)
			return 1;
	}
	return 0;
}

void stix_walk_end(struct list_walk *w)
{
	arena_free(&w->entry);
	arena_free(&w->arena);
}

struct slice stix_list_version(const struct list_row *row, struct arena *arena)
{
	char text[WHEN_US_TEXT + 1];

	if (row->version.n)
		return row->version;
	when_us_format(row->added, text);
	return arena_copy(arena, slice_of(text, WHEN_US_TEXT));
}
