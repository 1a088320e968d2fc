/*
 * list.h: the standing query: which objects a reader may see, in the order in which they came, one page at a time. Everything that shows objects
 * asks here: TAXII, API, graph, export, packs of indicators.
 *
 *	struct list_query q = {.root = root, .limit = 100, .versions = VERSION_LAST};
 *	rc = stix_list_page(w, db, who, &q, arena, &row, &n, &more, why);
 *	rc = stix_list_bytes(db, row, n, arena, bytes, why);              -- as they came; row[i] → bytes[i]
 *
 * Which version is shown: of each member's versions of an id the latest `modified` counts, and of two with one `modified` the first. Whoever publishes an
 * id that others have published, too, stands beside them and not in their place: nobody can replace, revoke or withdraw what is another's, and nobody
 * can keep it from being seen by coming first. Only what is another's to the last byte is shown once, as his from whom this node had it first
 * and whose copy counts among his own versions.
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
	enum tlp tlp_most;	  /* neither marking nor label tighter than this; TLP_NONE: any */
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
	enum tlp tlp; /* the tighter of its own marking and the entry's label */
	bool revoked;
	struct id author;
	struct slice label;
};

/* In a transaction. */
MUST_USE int stix_list_page(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct arena *arena, struct list_row **ret, size_t *ret_n,
	bool *ret_more, struct why *why);

/*
 * Every entry of q->author in which a version stands that the query finds under its one id, whether the reader may see that entry or not, and whatever it came in
 * through: what is taken back is taken back from all who have it. Whole versions, by `added`; *ret_versions of them. *ret_more: there are others. E_LIMIT: one version stands
 * in more than q->limit entries.
 */
MUST_USE int stix_list_entries(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct arena *arena, struct list_row **ret, size_t *ret_n,
	size_t *ret_versions, bool *ret_more, struct why *why);

/* Has the author something under this id, not taken back, that the reader may not see? In a transaction. */
MUST_USE int stix_list_hidden(const struct world *w, struct db *db, const struct reader *who,
	int64_t root, const struct id *author, struct slice id, bool *ret, struct why *why);

/* Those of these objects, by `added`, that the reader may see and that are shown (latest versions); in that order. At most LIST_LIMIT are looked at. */
MUST_USE int stix_list_added(const struct world *w, struct db *db, const struct reader *who,
	int64_t root, const int64_t *added, size_t n, struct arena *arena, struct list_row **ret,
	size_t *ret_n, struct why *why);
/*
 * Objects that point at `target` with `name`, as stix_list_added(), the oldest first: of `limit` behind *after that the reader may see, those that are shown. *after
 * is then that of the last one.
 */
MUST_USE int stix_list_pointing(const struct world *w, struct db *db, const struct reader *who,
	int64_t root, const struct stix_uuid *target, const char *name, size_t limit,
	int64_t *after, struct arena *arena, struct list_row **ret, size_t *ret_n, bool *ret_more,
	struct why *why);
/*
 * Objects with all these words (the last may be a beginning), or known by this name (index.h), that the query asks for; newest first, before `after` if that is
 * not 0. Not by ids. A bounded number of hits is looked at for a page, so it may be short: *ret_next is the `after` of the next, 0 if this is the last.
 */
MUST_USE int stix_list_words(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct slice words, struct arena *arena, struct list_row **ret,
	size_t *ret_n, int64_t *ret_next, struct why *why);
MUST_USE int stix_list_named(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct slice name, struct arena *arena, struct list_row **ret,
	size_t *ret_n, int64_t *ret_next, struct why *why);

/*
 * Notes rows as shown to the reader (node/readings.h). What the questions above give for him is noted already; this is for who looks at more than he shows, as
 * reader_unnoted(). In a transaction.
 */
MUST_USE int stix_list_note(const struct world *w, struct db *db, const struct reader *who,
	const struct list_row *row, size_t n, struct why *why);

/* The bytes of rows: one look at the store for each entry in a run. `ret` has n places. */
MUST_USE int stix_list_bytes(struct db *db, const struct list_row *row, size_t n,
	struct arena *arena, struct slice *ret, struct why *why);

/*
 * Objects of rows one by one, each in memory that is used for the next one again: for whatever looks at many. What a caller keeps of one he copies.
 *
 *	struct list_walk k CLEANUP_WALK = stix_walk(db, row, n);
 *	while ((rc = stix_walk_next(&k, why)) > 0)
 *		… k.s, k.row[k.at], k.arena …
 */
struct list_walk {
	struct db *db;
	const struct list_row *row;
	size_t n, next;
	struct arena entry; /* owned: the batch */
	struct slice content;
	/* The object that was given last, and the arena of what is read of it. */
	size_t at;
	struct slice bytes;
	struct stix s;
	struct arena arena; /* owned */
};
struct list_walk stix_walk(struct db *db, const struct list_row *row, size_t n);
/* 1: there is one; 0: that was all. What this node cannot read (any more) is passed over. */
MUST_USE int stix_walk_next(struct list_walk *w, struct why *why);
void stix_walk_end(struct list_walk *w);
#define CLEANUP_WALK __attribute__((cleanup(stix_walk_end)))

/* TAXII's version of a row: as written, or for what has none its date_added. */
struct slice stix_list_version(const struct list_row *row, struct arena *arena);

#endif
