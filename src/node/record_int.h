/*
 * record_int.h: what record.c, record_many.c and record_change.c share. Private to src/node.
 */
#ifndef NODE_RECORD_INT_H
#define NODE_RECORD_INT_H

#include "node/record.h"

/* ---- rows of items, for record.c and record_many.c ---- */

#define ITEM_COLUMNS                                                                                \
	"item.log, item.seq, item.at, item.epoch, item.object_owner, item.object_name, item.kind, " \
	"item.mode, item.label, item.audience, item.media, item.until_ms, item.time_ms, item.state"

/* $N = 1 for this node's own people, else 0. */
#define SEEN_SQL(item, self, member) "(" self " = 1 OR " RELEASE_SQL(item ".audience", member) ")"

/*
 * No newer item of the object that the reader may see. For people of this node the class of the label decides as well, but only of the
 * newest item: an object whose newest version is above somebody's clearance is not there for him, old versions and all. Otherwise he would
 * be shown what is out of date, and could change what he does not see.
 */
#define NEWEST_SQL(self, member)                                                                   \
	"NOT EXISTS (SELECT 1 FROM item newer WHERE newer.coalition = item.coalition "             \
	"AND newer.object_owner = item.object_owner AND newer.object_name = item.object_name "     \
	"AND (newer.epoch, newer.seq, newer.at) > (item.epoch, item.seq, item.at) AND " SEEN_SQL(  \
		"newer", self, member) ")"

struct item_row {
	int64_t log, audience;
};

void record_row_read(
	struct stmt *s, struct arena *arena, struct record *ret, struct item_row *ret_row);

/*
 * What was looked up last. Objects of a batch come one after the other, and records of a page mostly share log and readers: with a server each
 * look-up is a round trip.
 */
struct page_cache {
	bool has_content, damaged; /* damaged: that content is not what its entry commits to */
	int64_t content_log;
	uint64_t content_seq;
	struct slice content;
	struct hash leaf;
	struct why why;	 /* of what could not be loaded */
	int64_t log_row; /* 0: none */
	struct log log;
	int64_t audience; /* 0: none */
	struct id *member;
	size_t n_member;
};

/* What an entry and its payload hold: content and leaf. `salt` NULL: the payload is not here, E_MISSING if the entry has one. */
MUST_USE int record_content_read(struct slice bytes, const uint8_t *salt, struct slice plain,
	uint64_t seq, struct arena *arena, struct slice *ret, struct hash *ret_leaf,
	struct why *why);
/* Content and leaf; readers, and whether the log is frozen below it. */
MUST_USE int record_row_content(struct db *db, struct record *r, const struct item_row *row,
	struct page_cache *c, struct arena *arena, struct why *why);
MUST_USE int record_row_fill(struct db *db, struct record *r, const struct item_row *row,
	struct page_cache *c, struct arena *arena, struct why *why);

/* Parameters of what asks about one object: $1 coalition, $2, $3 object, $4 self, $5 member, $6 to $18 classes. */
#define ONE_CLASSES 6
#define ONE_CLEARED(label)                                                                         \
	RELEASE_CLASSES_SQL(label, "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14",      \
		"$15", "$16", "$17", "$18")

void record_one_bind(struct stmt *s, const struct world *w, const struct reader *who,
	const struct object_id *object, struct arena *arena);

/* All versions of an object here, oldest first, without contents. */
MUST_USE int record_versions(const struct world *w, struct db *db, const struct object_id *object,
	struct arena *arena, struct record **ret, size_t *ret_n, struct why *why);

/* Erases the versions of an object of this node whose `until` has passed; E_STATE if there are none. For node_todo. */
MUST_USE int record_expire(const struct node *node, struct db *db, const struct id *coalition,
	const struct object_id *object, int64_t now_ms, struct written *ret, struct why *why);

#endif
