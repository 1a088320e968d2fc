/*
 * readings.h: which versions of records an answer shows, so that they can be written down before it is given (web/reads.h).
 *
 *	struct readings shown CLEANUP_READINGS = {0};
 *	reader.readings = &shown;                              -- whoever answers a person hangs it into the reader
 *	rc = record_get(w, db, &reader, …);                    -- every question to the store that takes the reader notes what it brings
 *	for (i = 0; i < shown.n; i++) … shown.p[i].leaf …
 *
 * So no handler has to remember: what is brought for a reader counts as shown to him. Where more is looked at than is shown (a list that is cut to a page, objects that are
 * only counted), it is looked at as reader_unnoted(), and what is shown of it is noted by name. A new question to the store that brings contents notes them with readings_add().
 *
 * Noted is what is live and of a class that is not the lowest of its coalition; an entry of a log once, however many of its objects are shown: it has one leaf.
 */
#ifndef NODE_READINGS_H
#define NODE_READINGS_H

#include "log/entry.h"
#include "node/world.h"

struct record; /* record.h */

struct noted {
	struct id coalition;
	struct hash leaf;
};
struct readings {
	struct noted *p; /* owned */
	size_t n, cap;
	/* What the last label came to. */
	bool has_last, last_restricted;
	struct id last_coalition;
	char last[ENTRY_LABEL_MAX];
	size_t last_n;
	/* The last entry that was asked for by its place. */
	int64_t last_log;
	uint64_t last_seq;
};
#define CLEANUP_READINGS __attribute__((cleanup(readings_free)))
void readings_free(struct readings *r);

/* The same reader, of whom nothing is noted. */
struct reader reader_unnoted(const struct reader *who);

/* Is a record under this label to be noted for him? For who would have to look for its leaf first. */
bool readings_wants(const struct reader *who, const struct world *w, struct slice label);
void readings_add(const struct reader *who, const struct world *w, struct slice label,
	const struct hash *leaf);
/* The same by the entry's place: its leaf is looked for where it is to be noted. In a transaction. */
MUST_USE int readings_add_at(const struct reader *who, const struct world *w, struct slice label,
	struct db *db, int64_t log_row, uint64_t seq, struct why *why);
/* Those that are live. */
void readings_records(
	const struct reader *who, const struct world *w, const struct record *r, size_t n);
/* One leaf, as another answer has noted it: for what is kept and given again. */
void readings_again(struct readings *r, const struct noted *one);

#endif
