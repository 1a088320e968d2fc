/*
 * store.h: what this node holds of STIX, in tables: rows are written by the fold only, and say where the bytes of an object lie. The bytes
 * themselves stay in the payload that they came in.
 *
 *	invariants
 *	1. Objects of one entry have one label and one audience: these stand once, in cyber_batch. Release is asked of batches, in SQL, before
 *	   any object is looked at; what is not released costs a reader one row per entry, and nothing that depends on what is in it.
 *	2. `added` is the date_added of TAXII in microseconds: strictly increasing and unique over the whole node, in the order in which
 *	   entries became visible here. It is a fact of this node and survives a rebuild (cyber_arrival); nothing else here is.
 *	   Nor does it go back when entries are recalled or erased (cyber_moment): a client that asks for what came after its last visit misses nothing.
 *	3. Objects of one batch are neighbours: first ≤ added ≤ last, in the order of the payload.
 *	4. When readers or label of an entry change, its objects are added anew: a client that asks for what came after its last visit gets them.
 */
#ifndef WORK_CYBER_STORE_H
#define WORK_CYBER_STORE_H

#include "work/cyber/marking.h"

#include "node/workspace.h"

/* Objects of one coalition and mode: they never meet others. */
int64_t cyber_root(const struct coalition *c, enum mode mode);

/* ---- the fold ---- */

/* What stands of an object in its row, beside where it lies. Borrowed. */
struct stix_row {
	struct slice type, version;
	struct stix_uuid uuid;
	const struct when_key *version_key;
	int64_t digest;
	enum tlp tlp;
	bool revoked;
};
/* One object of an entry. */
MUST_USE int stix_store_put(const struct folding *f, const struct stix_row *s, struct why *why);
/* Readers or label of an entry are new. */
MUST_USE int stix_store_again(const struct folding *f, struct why *why);
/* The content of an entry has gone: all its rows go. */
MUST_USE int stix_store_drop(struct db *db, int64_t log_row, uint64_t seq, struct why *why);

/* withdraw/1: the author takes objects back that it wrote before. `version` empty: all versions. */
struct withdrawal {
	struct slice type;
	struct stix_uuid uuid;
	struct slice version;
};
MUST_USE int stix_store_withdraw(
	const struct folding *f, const struct withdrawal *w, size_t n, struct why *why);
MUST_USE int stix_store_withdraw_drop(
	struct db *db, int64_t log_row, uint64_t seq, struct why *why);

/* ---- what pages are made by ---- */

/*
 * Counts what makes a page of old objects differ: withdrawals, drops, new versions, a change of readers. Objects that are merely new do not count.
 * Local, and only compared with itself.
 */
MUST_USE int stix_store_turn(struct db *db, int64_t root, int64_t *ret, struct why *why);
/* Of what makes them differ and is not in a log. In a write transaction. */
MUST_USE int stix_store_turn_on(struct db *db, int64_t root, struct why *why);
/* `added` of the newest object, 0 if there is none. */
MUST_USE int stix_store_newest(struct db *db, int64_t root, int64_t *ret, struct why *why);

/* A withdrawal by the same author, written after the entry: of all versions or of this one, each a single step into the index. */
#define STIX_WITHDRAWN(o, author, epoch, seq, which)                                               \
	"EXISTS (SELECT 1 FROM cyber_withdrawn w WHERE w.root = " o ".root AND w.uuid = " o        \
	".uuid AND w.author = " author " AND w.type = " o ".type AND w.vkey = " which              \
	" AND (w.epoch, w.seq) > (" epoch ", " seq "))"

/* ---- what a writer asks ---- */

/* What this node's member has published under an id and has not taken back. */
struct own_version {
	struct slice version_key;
	int64_t digest;
	bool revoked;
	int64_t log;
	uint64_t seq, at;
	uint32_t n;
};
/* Has anybody an object under this UUID here? One look into an index: most have not, and then nothing else need be asked. */
MUST_USE int stix_store_any(
	struct db *db, const struct stix_uuid *uuid, bool *ret, struct why *why);
/* `source` not NULL: through this inbox only. */
MUST_USE int stix_store_own(struct db *db, int64_t root, const struct id *self,
	const struct stix_uuid *source, struct slice type, const struct stix_uuid *uuid,
	struct arena *arena, struct own_version **ret, size_t *ret_n, struct why *why);
/* Does the own object at this place of the list still count: it is there, and has not been taken back? */
MUST_USE int stix_store_stands(struct db *db, int64_t root, int64_t added, const struct id *self,
	bool *ret, struct why *why);
/*
 * Objects of an own entry that are shown to nobody any more: taken back since and not published anew, or followed by a version that is revoked. Those who get the
 * entry later do not have what says so.
 */
MUST_USE int stix_store_taken_back(struct db *db, int64_t log_row, uint64_t seq,
	const struct id *self, struct arena *arena, struct withdrawal **ret, size_t *ret_n,
	struct why *why);
/* Tells two texts of one version apart. */
int64_t stix_digest(struct slice bytes);

extern const struct migration cyber_schema[];
extern const char *const cyber_tables[], *const cyber_drop[], *const cyber_scrub[];

#endif
