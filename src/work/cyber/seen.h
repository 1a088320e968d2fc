/*
 * seen.h: release of entries with objects inside of a query, so that what a reader may not have neither counts nor takes up room in what is cut.
 *
 * Parameters of every such statement: $1 root, $2 self, $3 member, $4 to $16 classes; others begin with $17.
 */
#ifndef WORK_CYBER_SEEN_H
#define WORK_CYBER_SEEN_H

#include "work/cyber/store.h"

#include "pact/release_classes.h"

#define SEEN_CLEARED(label)                                                                        \
	RELEASE_CLASSES_SQL(label, "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", \
		"$14", "$15", "$16")
/* Of a row with an audience and a label: cyber_batch, item. */
#define SEEN_ENTRY(b)                                                                              \
	"($2 = 1 OR " RELEASE_SQL(b ".audience", "$3") ") AND " SEEN_CLEARED(b ".label")
/* The object at this `added` of the root came in an entry that the reader may see. */
#define SEEN_ADDED(added)                                                                          \
	"EXISTS (SELECT 1 FROM cyber_object so JOIN cyber_batch sb ON sb.first = so.batch "        \
	"WHERE so.root = $1 AND so.added = " added " AND " SEEN_ENTRY("sb") ")"

/* Who asks, bound once for a listing: `classes` is release_classes_of(). */
static inline void seen_bind(struct stmt *s, int64_t root, const struct reader *who,
	const struct release_classes *classes)
{
	db_bind_i64(s, 1, root);
	db_bind_i64(s, 2, who->self);
	db_bind_blob(s, 3, id_slice(&who->member));
	release_classes_bound(s, 4, classes);
}

#endif
