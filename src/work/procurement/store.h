/*
 * store.h: the SQL of this workspace, nothing else. One table: each record with the process that it belongs to.
 */
#ifndef PROCUREMENT_STORE_H
#define PROCUREMENT_STORE_H

#include "db/migrate.h"
#include "work/procurement/model.h"

extern const struct migration procurement_schema[];
extern const char *const procurement_table[], *const procurement_drop[], *const procurement_scrub[];

MUST_USE int procure_store_put(
	const struct folding *f, enum pkind k, const struct object_id *of, struct why *why);
MUST_USE int procure_store_drop(
	struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why);

struct row {
	enum pkind kind;
	struct object_id object, of;
	uint32_t epoch;
	uint64_t seq;
	int64_t time_ms;
	enum mode mode;
	struct slice label;
	int64_t audience;
	struct hash leaf;
	bool mine; /* the reader's own log has it; of a sealed bid that several have alike: so too */
	uint64_t
		holders; /* of a sealed bid or a piece: bits of the authors who have it alike, one for each author of a process */
	bool old; /* a newer version is here too: of agreements, tenders, sheets, awards, questions, complaints and rulings all are read */
	size_t took; /* memory that it took of its author's part */
	struct slice body;
	struct json_doc doc; /* of body */
};
struct rows {
	struct row *row;
	size_t n;
	size_t left;	/* records beyond their author's part that are not looked at */
	bool left_mine; /* some of them are the reader's own */
	bool more;	/* of a list: there may be more behind the last */
	bool has_self;	/* they were read for a node, not for a caller of one of its partners */
	struct id self; /* whose */
	size_t own_rows, own_bytes; /* its part of a process */
};

/*
 * Newest versions, and of agreements, tenders, sheets, awards, questions, complaints and rulings all, of what `who` may see, all of a process in order of time and of its own mode. Of an agreement only records of those whom any of its versions names are read, and of each at most a part of
 * LIMIT_PROCESS_ROWS and LIMIT_PROCESS_BYTES, the earliest first: those who have signed share all of it alike, and those who are only named as much once more. Sealed bids that several doors hold alike are read once. No rows if `of` is not there.
 */
enum rows_want {
	ROWS_HEAD, /* agreement, who has signed it, and tenders: what it is, before anything is computed */
	ROWS_BRIEF, /* all but messages of E-SEAL/1 */
	ROWS_ALL,
};
MUST_USE int procure_store_process(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *of, enum rows_want want, struct arena *arena, struct rows *ret,
	struct why *why);
/* All versions of agreement, tender, awards and contracts that `who` may see, in order of time: what a procurement has been, for telling it step by step. Ceilings as above. */
MUST_USE int procure_store_history(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *of, struct arena *arena, struct rows *ret, struct why *why);
/* One object; E_MISSING alike for absent and not released. */
MUST_USE int procure_store_object(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, struct row *ret, struct why *why);
/* The same of its first version that is here. */
MUST_USE int procure_store_first(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, struct row *ret, struct why *why);
/* Newest first by (time, object), of one kind and mode; at most `limit` and LIMIT_PAGE_BYTES; those behind `after` (NULL: from the beginning). */
struct row_place {
	int64_t time_ms;
	struct object_id object;
};
struct row_place row_place(const struct row *r);
MUST_USE int procure_store_list(const struct world *w, struct db *db, const struct reader *who,
	enum pkind k, enum mode mode, const struct row_place *after, size_t limit,
	struct arena *arena, struct rows *ret, struct why *why);
/* The newest of one owner. */
MUST_USE int procure_store_of(const struct world *w, struct db *db, const struct reader *who,
	const struct id *owner, enum pkind k, enum mode mode, size_t limit, struct arena *arena,
	struct rows *ret, struct why *why);
/* Who reads an audience: for drafts that go where another went. */
MUST_USE int procure_store_readers(struct db *db, int64_t audience, struct arena *arena,
	struct id **ret, size_t *ret_n, struct why *why);

#endif
