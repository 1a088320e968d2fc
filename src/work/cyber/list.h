/*
 * list.h: the standing query: which objects a reader may see, in the order in which they came, one page at a time. Everything that shows objects
 * asks here: TAXII, API, graph, export, packs of indicators.
 *
 *	struct list_query q = {.root = root, .limit = 100, .versions = VERSION_LAST};
 *	rc = stix_list_page(w, db, who, &q, arena, &row, &n, &more, why);
 *	rc = stix_list_bytes(db, row, n, arena, bytes, why);              -- as they came; row[i] → bytes[i]
 *
 * Which version is shown: an id belongs to the member from whom this node had it first (of those that the reader may see); of that member's
 * versions the latest `modified` counts, and of two with one `modified` the first. So nobody can replace or revoke what is another's.
 */
#ifndef WORK_CYBER_LIST_H
#define WORK_CYBER_LIST_H

#include "work/cyber/store.h"

#define LIST_IDS   256
#define LIST_LIMIT 2000
#define LIST_EXACT 64

enum list_versions { VERSION_LAST, VERSION_FIRST, VERSION_ALL, VERSION_EXACT };

struct list_query {
	int64_t root;
	/* Behind this `added` (before it, when `down`), and up to this; 0: no bound. */
	int64_t after, upto;
	bool down; /* newest first */
	bool has_author;
	struct id author;
	bool has_source; /* came in through this inbox (collection.h) */
	struct stix_uuid source;
	enum tlp tlp_most;	  /* no tighter marking than this; TLP_NONE: any */
	const struct slice *type; /* any of these */
	size_t n_type;
	const struct slice *id; /* any of these, at most LIST_IDS */
	size_t n_id;
	enum list_versions versions;
	const struct slice *
		exact; /* for VERSION_EXACT: as written, at most LIST_EXACT; and `last`, `first` beside them: */
	size_t n_exact;
	bool exact_last, exact_first;
	size_t limit; /* ≤ LIST_LIMIT */
	size_t bytes; /* of the objects together, but at least one; 0: no bound */
};

struct list_row {
	int64_t added, log;
	uint64_t seq, at;
	uint32_t n;
	struct slice type, version;
	struct stix_uuid uuid;
	enum tlp tlp;
	bool revoked;
	struct id author;
	struct slice label;
};

/* In a transaction. */
MUST_USE int stix_list_page(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct arena *arena, struct list_row **ret, size_t *ret_n,
	bool *ret_more, struct why *why);

/* Those of these objects, by `added`, that the reader may see and that are shown (latest versions); in that order. At most LIST_LIMIT are looked at. */
MUST_USE int stix_list_added(const struct world *w, struct db *db, const struct reader *who,
	int64_t root, const int64_t *added, size_t n, struct arena *arena, struct list_row **ret,
	size_t *ret_n, struct why *why);
/* Objects with all these words (the last may be a beginning), newest first, before `after` if that is not 0. */
MUST_USE int stix_list_words(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct slice words, struct arena *arena, struct list_row **ret,
	size_t *ret_n, bool *ret_more, struct why *why);

/* The bytes of rows: one look at the store for each entry in a run. `ret` has n places. */
MUST_USE int stix_list_bytes(struct db *db, const struct list_row *row, size_t n,
	struct arena *arena, struct slice *ret, struct why *why);

/* TAXII's version of a row: as written, or for what has none its date_added. */
struct slice stix_list_version(const struct list_row *row, struct arena *arena);

#endif
