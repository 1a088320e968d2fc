/*
 * browse.h: lists for pages and API, by key: acts, charters, the audit. Acts are public to every party, so nothing here asks who is reading; records are
 * record.h's.
 */
#ifndef NODE_BROWSE_H
#define NODE_BROWSE_H

#include "node/world.h"

extern const char browse_schema_1[]; /* an index */

struct act_seen {
	struct log_id log;
	int64_t log_row;
	uint64_t seq;
	struct hash leaf;
	struct slice kind;
	enum mode mode;
	int64_t time_ms;
	bool has_officer;
	struct id officer;
	bool has_body; /* the kind has one, and it can be read */
	struct act_body body;
	struct slice text; /* its content as it came; in lists without what is longer than 32 KiB */
	unsigned witnessed,
		need; /* of the author's home roll; need 0: the kind does not need any */
};
struct act_query {
	bool has_member;
	struct id member;   /* the author */
	struct slice kind;  /* "" all */
	enum mode mode;	    /* MODE_NONE: all */
	struct slice about; /* statements about this id or label; "" all */
	bool has_leaf;
	struct hash leaf; /* this one only */
	bool has_after;
	int64_t after_ms, after_log, after_seq;
	size_t limit;
};
/* Newest first by (time, log row, seq). *ret_more: there are others behind the last. */
MUST_USE int act_browse(const struct world *w, struct db *db, const struct act_query *q,
	struct arena *arena, struct act_seen **ret, size_t *ret_n, bool *ret_more, struct why *why);

/*
 * Charters of a coalition that are here, at most `max`, in the arena: the founding one, the one that stands, what is proposed, then the others by hash; so
 * nobody's texts crowd those out. And the text of one: E_MISSING.
 */
MUST_USE int charter_browse(const struct world *w, struct db *db, size_t max, struct arena *arena,
	struct hash **ret, size_t *ret_n, struct why *why);
MUST_USE int charter_text(struct db *db, int64_t coalition_row, const struct hash *hash,
	struct arena *arena, struct slice *ret, struct why *why);

struct audit_row {
	int64_t row, at_ms;
	struct slice who, what, about;
};
/* Newest first, rows below `before` (0: from the end); `who` and `what` "" or what they begin with, in ASCII. */
MUST_USE int audit_browse(struct db *db, int64_t before, struct slice who, struct slice what,
	size_t limit, struct arena *arena, struct audit_row **ret, size_t *ret_n, struct why *why);

#endif
