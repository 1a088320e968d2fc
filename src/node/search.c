/*
 * search.c: see search.h. Both engines are given words that are folded already (wordfold.h) and compare them byte for byte: no stemming, no
 * stop words, no locale.
 */
#include "node/search.h"

#include "base/limits.h"
#include "node/wordfold.h"

/* A token is what stands between two spaces, as on PostgreSQL; where in the text it stands is never asked. */
#define LITE_CREATE                                                                                \
	"CREATE VIRTUAL TABLE search USING fts5 (words, tokenize = 'ascii', detail = none, columnsize = 0);"
/* Words of 4 MiB are gathered in memory before they are written, and pieces are merged by eights: a batch becomes few pieces. */
#define LITE_HASHSIZE  "INSERT INTO search (search, rank) VALUES ('hashsize', 4194304);"
#define LITE_AUTOMERGE "INSERT INTO search (search, rank) VALUES ('automerge', 8);"

const char search_schema_1[] =
	"@sqlite " LITE_CREATE "\n"
	"@sqlite " LITE_HASHSIZE "\n"
	"@sqlite " LITE_AUTOMERGE "\n"
	"@postgres CREATE TABLE search (row INTEGER NOT NULL PRIMARY KEY, words tsvector NOT NULL);\n"
	"@postgres CREATE INDEX search_words ON search USING gin (words);\n";

/* PostgreSQL refuses a tsvector of 1 MiB: what is further behind in a text is not found, on neither engine. */
#define WORDS_MAX (256 * KIB)
#define QUERY_MAX 16

int search_put(struct db *db, int64_t row, struct slice text, struct why *why)
{
	struct buf folded CLEANUP_BUF = BUF(text.n + 1);
	struct slice words;
	struct stmt *s;

	words_fold(&folded, text);
	words = buf_slice(&folded);
	if (words.n > WORDS_MAX) {
		words.n = WORDS_MAX;
		while (words.n && words.p[words.n - 1] != ' ')
			words.n--;
		words = slice_trim(words);
	}
	if (!words.n)
		return 0;
	s = db_is_postgres(db)
		    ? db_stmt(db,
			      "INSERT INTO search (row, words) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))")
		    : db_stmt(db, "INSERT INTO search (rowid, words) VALUES ($1, $2)");
	db_bind_i64(s, 1, row);
	db_bind_text(s, 2, words);
	return db_run(s, why);
}

int search_drop(struct db *db, int64_t row, struct why *why)
{
	struct stmt *s = db_is_postgres(db) ? db_stmt(db, "DELETE FROM search WHERE row = $1")
					    : db_stmt(db, "DELETE FROM search WHERE rowid = $1");

	db_bind_i64(s, 1, row);
	return db_run(s, why);
}

int search_clear(struct db *db, struct why *why)
{
	if (db_is_postgres(db))
		return db_run(db_stmt(db, "DELETE FROM search"), why);
	/* Deleting its rows would take their words out one by one, and hold all that was there in memory. */
	return db_script(db, "DROP TABLE search;" LITE_CREATE LITE_HASHSIZE LITE_AUTOMERGE, why);
}

int search_optimize(struct db *db, struct why *why)
{
	/* PostgreSQL: db_scrub() writes the table and its index anew. */
	if (db_is_postgres(db))
		return 0;
	return db_run(db_stmt(db, "INSERT INTO search (search) VALUES ('optimize')"), why);
}

void search_query(struct db *db, struct slice typed, struct buf *ret)
{
	bool postgres = db_is_postgres(db);
	struct buf folded CLEANUP_BUF = BUF(4 * KIB);
	struct slice rest, word;
	size_t n = 0;

	words_fold(&folded, typed);
	rest = buf_slice(&folded);
	/* A folded word has no quotes in it. */
	for (; n < QUERY_MAX && slice_cut(&rest, ' ', &word); n++) {
		buf_str(ret, n == 0 ? "" : postgres ? " & " : " ");
		buf_addf(ret, postgres ? "'%.*s'" : "\"%.*s\"", SLICE_FMT(word));
	}
	if (n)
		buf_str(ret, postgres ? ":*" : "*");
}
