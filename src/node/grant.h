/*
 * grant.h: release/1, recall/1, erase/1 and erased/1: what their contents look like, and what follows for a target. Text like that of acts
 * (media "application/vnd.entente.grant"):
 *
 *	entente-grant-body/1
 *	target <M26>.<epoch>.<seq> <leafhash64>     1..64 lines, sorted as refs
 *	member <M26>                                release, recall: 1..64 lines, sorted; else none
 *	label <label>                               release: may be there: from now on this label instead
 *
 * Only the target's author may write the first three, and they travel veiled. Rules (pure, so order of arrival does not matter):
 * of all grants about one target and member the one with the highest (epoch, seq) of the author's log counts; the label of the newest
 * release that has one counts; an erasure counts for ever. An erased/1 of a recipient names the erase/1 that it answers.
 */
#ifndef NODE_GRANT_H
#define NODE_GRANT_H

#include "log/entry.h"

#define GRANT_MEDIA "application/vnd.entente.grant"

enum grant_kind { GRANT_NONE, GRANT_RELEASE, GRANT_RECALL, GRANT_ERASE, GRANT_ERASED };
/* "release/1" …; GRANT_NONE for other kinds. */
enum grant_kind grant_kind_of(struct slice kind);
const char *grant_kind_name(enum grant_kind k);

struct grant {
	enum grant_kind kind;
	const struct entry_ref *target;
	size_t n_target;
	const struct id *member;
	size_t n_member;
	struct slice label;
};
/* E_SYNTAX ("line N"), E_INVALID. Points into text and arena. */
MUST_USE int grant_parse(struct grant *ret, struct arena *arena, enum grant_kind kind,
	struct slice text, struct why *why);
void grant_print(const struct grant *g, struct buf *b);

/* One row of table `grants` about one target, in order of (epoch, seq). */
struct granted {
	enum grant_kind kind;
	struct id member;
	struct slice label;
};
struct grant_result {
	struct id *member; /* readers, sorted; with the author */
	size_t n;
	struct slice label; /* empty: the entry's own */
	bool erased;
	bool recalled; /* `me` was a reader and is not any more */
};
/* Applies them to the readers at writing. `me`: this node. */
void grant_apply(const struct granted *row, size_t n, const struct id *base, size_t n_base,
	const struct id *author, const struct id *me, struct arena *arena,
	struct grant_result *ret);

#endif
