/*
 * store.h: the workspace's tables and the questions to them. The tables are an index over the node's items: which record is of which kind, which request it
 * belongs to, what it answers; and what alerts say of themselves. Contents stay where they are (node/record.h).
 *
 *	struct aid_view v = {.world = w, .db = db, .who = &reader, .arena = arena, .mode = MODE_REAL};
 *	rc = aid_list(&v, AID_REQUEST, &list, &n, why);
 *	for (…) use(&list[i].a->request, list[i].r.leaf);
 *
 * Every question has the reader in it; what is not released to him is not there. A record is the newest version that he may see.
 */
#ifndef WORK_RESPONSE_STORE_H
#define WORK_RESPONSE_STORE_H

#include "node/record.h"
#include "node/workspace.h"
#include "work/response/cap.h"
#include "work/response/model.h"

extern const struct migration response_migrations[];
extern const char *const response_tables[], *const response_drops[], *const response_scrub[];

/* Who asks, of what world. */
struct aid_view {
	const struct world *world;
	struct db *db;
	const struct reader *who;
	struct arena *arena;
	enum mode mode;
};

struct aid_record {
	struct record r;
	enum aid_kind kind;
	const union aid_any *a;	       /* NULL for alerts */
	const struct cap_alert *alert; /* NULL for others */
};

/* All live records of a kind; of one that belong to a request; that name a target. By time, then object. At most AID_MANY. */
#define AID_MANY 20000
MUST_USE int aid_list(const struct aid_view *v, enum aid_kind kind, struct aid_record **ret,
	size_t *ret_n, struct why *why);
MUST_USE int aid_thread(const struct aid_view *v, const struct object_id *request,
	struct aid_record **ret, size_t *ret_n, struct why *why);
MUST_USE int aid_about(const struct aid_view *v, const struct object_id *target,
	struct aid_record **ret, size_t *ret_n, struct why *why);
/* One, of that kind (AID_KINDS: any of ours) and of the view's mode. E_MISSING. */
MUST_USE int aid_get(const struct aid_view *v, enum aid_kind kind, const struct object_id *object,
	struct aid_record *ret, struct why *why);
/* Was this leaf ever a version of the object, as far as he may see? */
MUST_USE int aid_was(const struct aid_view *v, const struct object_id *object,
	const struct hash *leaf, bool *ret, struct why *why);
/* The request with this code that is open, newest first. E_MISSING. */
MUST_USE int aid_by_code(
	const struct aid_view *v, struct slice code, struct aid_record *ret, struct why *why);

/*
 * Alerts: a row each. `superseded`: a later message of the same author and sender refers to it, as far as he may see. Active: not superseded, no Cancel (nor Ack, Error), and
 * it has not expired.
 */
struct aid_alert {
	struct object_id object;
	struct slice identifier, sender;
	int64_t sent_ms, expires_ms;
	int msgType; /* index in cap_msgType */
	bool superseded, active;
};
MUST_USE int alert_list(const struct aid_view *v, int64_t now_ms, bool only_active,
	struct aid_alert **ret, size_t *ret_n, struct why *why);
/* Is an alert of this name held already, in this mode? Of `author`. */
MUST_USE int alert_has(const struct aid_view *v, const struct id *author, struct slice sender,
	struct slice identifier, int64_t sent_ms, bool *ret, struct why *why);

/* ---- what fold.c writes ---- */

struct index_row {
	const struct folding *f;
	enum aid_kind kind;
	struct aid_links links;
};
MUST_USE int index_put(struct db *db, const struct index_row *row, struct why *why);
MUST_USE int index_alert_put(
	struct db *db, const struct folding *f, const struct cap_alert *a, struct why *why);
MUST_USE int index_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why);

#endif
