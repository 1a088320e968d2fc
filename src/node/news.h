/*
 * news.h: what is new in the store since the last look: entries, contents, releases and recalls, acts, standing, partners; whoever wrote it, in this process or
 * another. For live events.
 *
 *	struct news *n = news_new(node);
 *	rc = news_look(n, db, &arena, &list, &count, why);      -- the first look only learns what is there
 *	...
 *	news_free(&n);
 *
 * Each change says who may know of it: `level` is the place in the charter's ladder of the class of the record's newest label. Contents may come long after their
 * entries, so rows are counted, not only places in logs.
 */
#ifndef NODE_NEWS_H
#define NODE_NEWS_H

#include "node/status.h"

enum news_kind {
	NEWS_RECORD,   /* object, text (kind), mode, change, log, seq */
	NEWS_ACT,      /* log, seq, leaf, text (kind), mode */
	NEWS_STANDING, /* leaf: the digest */
	NEWS_LOG,      /* log, size, frozen; also when one more witness has seen an act of it */
	NEWS_PEER,     /* health */
	NEWS_MUCH,     /* more than can be told one by one */
};
enum news_change { NEWS_WRITTEN, NEWS_RELEASED, NEWS_RECALLED, NEWS_ERASED };

/* Levels beside those of a ladder. */
#define NEWS_PUBLIC (-1)
#define NEWS_SECRET INT64_MAX /* only who may see everything */

struct news_item {
	enum news_kind kind;
	int64_t coalition; /* row; 0: of none */
	struct id coalition_id;
	int64_t level;
	struct hash charter; /* of NEWS_RECORD: by whose ladder that is its level */
	struct object_id object;
	struct slice text;
	enum mode mode;
	enum news_change change;
	struct log_id log;
	uint64_t seq, size;
	bool frozen;
	struct hash leaf;
	struct peer_health health;
	/*
	 * Nothing to show: what tells this event from an earlier one that reads the same (one witness more, a partner that fails again), and is alike in every process that
	 * tells of it.
	 */
	uint64_t mark[2];
};

/* Told one by one at most. */
#define NEWS_MAX 1000

/* A reader's place in the ladder of one charter. */
struct news_reader {
	int64_t coalition, level;
	struct hash charter;
};
/*
 * May a record's change be known to who stands there in its coalition? Places in two ladders cannot be compared: if the charter has changed since either was looked up, not,
 * and *ret_other (may be NULL) says so: then the reader loads again what he may see.
 */
bool news_for(const struct news_item *i, const struct news_reader *r, size_t n, bool *ret_other);

struct news;
struct news *news_new(const struct node *node) __attribute__((returns_nonnull, warn_unused_result));
void news_free(struct news **n);
/* Opens its own read transaction. The list lies in the arena. After an error the next look that goes well tells NEWS_MUCH. */
MUST_USE int news_look(struct news *n, struct db *db, struct arena *arena, struct news_item **ret,
	size_t *ret_n, struct why *why);
/* A name of what is there as of the last look, 32 hexadecimal digits: the same after a restart if nothing has changed ("" before the first). Good until the next look. */
const char *news_position(const struct news *n);
/* Counts up when a charter in force has changed: levels of viewers are of another ladder then. */
uint64_t news_charters(const struct news *n);

#endif
