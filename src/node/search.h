/*
 * search.h: full text of items, by item.row. The one place with two SQL texts: SQLite's FTS5 and PostgreSQL's tsvector.
 *
 * Who may see a hit is decided outside: the query is joined with item (record.c), never filtered afterwards.
 */
#ifndef NODE_SEARCH_H
#define NODE_SEARCH_H

#include "db/migrate.h"

/* Table `search`. */
extern const char search_schema_1[];

/* The words of `text`; nothing is stored if it has none. */
MUST_USE int search_put(struct db *db, int64_t row, struct slice text, struct why *why);
MUST_USE int search_drop(struct db *db, int64_t row, struct why *why);
/* All of it. */
MUST_USE int search_clear(struct db *db, struct why *why);
/* Rewrites the index so that nothing of dropped rows is left in it. In a write transaction. */
MUST_USE int search_optimize(struct db *db, struct why *why);

/*
 * What a person typed, as a query of the engine: all words must be there, the last one may be a beginning. Empty if there is no
 * word in it, and then nothing matches.
 */
void search_query(struct db *db, struct slice typed, struct buf *ret);
/* Condition "item.row is a hit of parameter N", for either engine; both texts are literals. */
#define SEARCH_SQLITE(param) "item.row IN (SELECT rowid FROM search WHERE search MATCH " param ")"
#define SEARCH_POSTGRES(param)                                                                     \
	"item.row IN (SELECT s.row FROM search s WHERE s.words @@ CAST(" param " AS tsquery))"

#endif
