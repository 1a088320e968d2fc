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

struct account;
/* Who asks, of what world. */
struct aid_view {
	const struct world *world;
	struct db *db;
	const struct reader *who;
	struct arena *arena;
	enum mode mode;
	const struct account
		*person; /* who is signed in: his name stands where none is given; may be NULL */
	size_t *left_out; /* counts what was not looked at because its owner has too much of it; may be NULL */
};

struct aid_record {
	struct record r;
	enum aid_kind kind;
	const union aid_any *a;	       /* NULL for alerts */
	const struct cap_alert *alert; /* NULL for others */
};

/*
 * All live records of a kind, of everybody or of one owner; those that belong to a request; those of a kind that name a target, of everybody or of one owner. By time, then object.
 *
 * Nobody fills a list for the others: of each owner the newest are taken, up to LIMIT_AID_OWNER_MANY and LIMIT_AID_OWNER_BYTES, the rest is counted as left out. Of this node's own
 * records nothing may be missing: more of them is E_LIMIT, and so is more than half of what the arena has left.
 */
MUST_USE int aid_list(const struct aid_view *v, enum aid_kind kind, const struct id *owner,
	struct aid_record **ret, size_t *ret_n, struct why *why);
MUST_USE int aid_thread(const struct aid_view *v, const struct object_id *request,
	struct aid_record **ret, size_t *ret_n, struct why *why);
MUST_USE int aid_about(const struct aid_view *v, const struct object_id *target, enum aid_kind kind,
	const struct id *owner, struct aid_record **ret, size_t *ret_n, struct why *why);

/* One page of a kind, newest first, in memory of the page's own: for lists that are paged, however long they are. */
struct aid_page {
	struct arena arena; /* owned */
	struct aid_record *p;
	size_t n;
	bool more, after; /* after: it goes on behind these two */
	int64_t after_ms;
	struct object_id after_object;
};
#define CLEANUP_AID_PAGE __attribute__((cleanup(aid_page_free)))
void aid_page_free(struct aid_page *page);
/* `page` is zero at the first call (or has `after` set), and then what the last call left. At most `limit` records; fewer, and `more`, if they are large or not to be shown. */
MUST_USE int aid_page(const struct aid_view *v, enum aid_kind kind, const struct id *owner,
	size_t limit, struct aid_page *page, struct why *why);

/* One, of that kind (AID_KINDS: any of ours) and of the view's mode. E_MISSING. */
MUST_USE int aid_get(const struct aid_view *v, enum aid_kind kind, const struct object_id *object,
	struct aid_record *ret, struct why *why);
/* The version of this leaf, of that kind, whatever the record says now. E_MISSING. */
MUST_USE int aid_version(const struct aid_view *v, enum aid_kind kind,
	const struct object_id *object, const struct hash *leaf, struct aid_record *ret,
	struct why *why);
/* Was this leaf ever a version of the object, as far as he may see? */
MUST_USE int aid_was(const struct aid_view *v, const struct object_id *object,
	const struct hash *leaf, bool *ret, struct why *why);
/* The request with this code that is open, the newest of its member's. E_MISSING; E_CONFLICT: several members ask under it. */
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
/* Is an alert of this name held already, in this mode, that expires after `after_ms`? Of `author`. */
MUST_USE int alert_has(const struct aid_view *v, const struct id *author, struct slice sender,
	struct slice identifier, int64_t sent_ms, int64_t after_ms, bool *ret, struct why *why);

/* ---- what fold.c writes ---- */

struct index_row {
	const struct folding *f;
	enum aid_kind kind;
	struct aid_links links;
};
MUST_USE int index_put(struct db *db, const struct index_row *row, struct why *why);
MUST_USE int index_alert_put(struct db *db, const struct folding *f, const struct cap_alert *a,
	struct arena *arena, struct why *why);
MUST_USE int index_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why);

#endif
